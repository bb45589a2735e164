import CLinux
import Glibc
import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("Datagrams through a relay")
struct DatagramRelayTests {
    /// Sends a question, lets the server answer with its name, and returns what the client receives.
    private func ask(_ client: TestSocket, _ servers: [String: TestSocket]) throws -> String {
        try client.send("?")
        var polls = servers.map { pollfd(fd: $0.value.descriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&polls, UInt(polls.count), 120_000) > 0 else {
            throw RelayError("wait for a question", errno: ETIMEDOUT)
        }
        for ready in polls where ready.revents != 0 {
            guard let (name, server) = servers.first(where: { $0.value.descriptor == ready.fd }) else { continue }
            try server.answer(name)
        }
        return try client.receiveText()
    }

    private func client(_ lab: RelayLab) throws -> TestSocket {
        let client = try TestSocket(SOCK_DGRAM)
        try client.connect(lab.address)
        return client
    }

    @Test("a client that keeps its port keeps its endpoint, and others take turns")
    func sessions() async throws {
        try await onThread {
            let servers = ["a": try TestSocket.server(SOCK_DGRAM), "b": try TestSocket.server(SOCK_DGRAM)]
            let lab = try RelayLab(try servers.values.map { try $0.address }, transport: .udp)
            let first = try client(lab)
            let home = try ask(first, servers)
            for _ in 0..<5 { #expect(try ask(first, servers) == home) }
            #expect(try ask(try client(lab), servers) != home)
            #expect(lab.relay.load.sessionCount == 2)
        }
    }

    @Test("a client whose endpoint is removed begins a new session with its next datagram")
    func endpointGone() async throws {
        try await onThread {
            let servers = ["a": try TestSocket.server(SOCK_DGRAM), "b": try TestSocket.server(SOCK_DGRAM)]
            let a = try #require(servers["a"]).address
            let b = try #require(servers["b"]).address
            let lab = try RelayLab([a], transport: .udp)
            let client = try client(lab)
            #expect(try ask(client, servers) == "a")
            lab.balancer.update([b], affinityTimeout: nil)
            #expect(try ask(client, servers) == "a")
            lab.relay.keepSessions(of: lab.id, with: [b])
            // The same thread does one after another.
            #expect(try ask(client, servers) == "b")
        }
    }

    @Test("an endpoint without a listener is left for another one")
    func refusal() async throws {
        try await onThread {
            let gone = try TestSocket.server(SOCK_DGRAM)
            let server = try TestSocket.server(SOCK_DGRAM)
            let lab = try RelayLab([try gone.address, try server.address], transport: .udp)
            // It takes datagrams of another peer only, so the kernel refuses others, and nobody else gets its port.
            try gone.connect(RelayAddress(TestSocket.loopback, 1))
            let client = try client(lab)
            try client.send("lost")
            // The kernel has answered when the next datagram is sent, at the latest after a few.
            for _ in 0..<100 {
                try client.send("?")
                var ready = pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&ready, 1, 20) > 0 { break }
            }
            try server.answer("here")
            #expect(try client.receiveText() == "here")
        }
    }

    @Test("the longest datagrams and empty ones are passed on")
    func sizes() async throws {
        try await onThread {
            let server = try TestSocket.server(SOCK_DGRAM)
            let lab = try RelayLab([try server.address], transport: .udp)
            let client = try client(lab)
            let long = (0..<65_507).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try client.send(long)
            #expect(try server.receive() == long)
            _ = send(client.descriptor, nil, 0, 0)
            #expect(try server.receive().isEmpty)
        }
    }

    @Test("silent sessions expire, and beyond the limit the oldest ends")
    func expiry() async throws {
        let server = try TestSocket.server(SOCK_DGRAM)
        let lab = try RelayLab([try server.address], transport: .udp) {
            $0.sessionLimit = 8
            $0.sessionTimeouts.unanswered = 50
        }
        let clients = try await onThread {
            try (0..<12).map { _ in
                let client = try TestSocket(SOCK_DGRAM)
                try client.connect(lab.address)
                try client.send("?")
                _ = try server.receive()
                return client
            }
        }
        #expect(lab.relay.load.sessionCount <= 4)
        try await lab.eventually("all sessions have ended") { $0.opened == 12 && $0.closed == 12 }
        #expect(clients.count == 12)
    }
}

extension TestSocket {
    /// Answers one question.
    fileprivate func answer(_ text: String) throws {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let bytes = Array(text.utf8)
        let sent = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let received = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                return received < 0 ? received : sendto(descriptor, bytes, bytes.count, 0, address, length)
            }
        }
        guard sent == bytes.count else { throw RelayError("answer", errno: errno) }
    }
}
