import CLinux
import Glibc
import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("Connections through a relay")
struct RelayTests {
    @Test("bytes go both ways, and the ends of both directions are passed on one by one")
    func halfClose() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try client.send("question")
            #expect(try peer.receiveText() == "question")
            client.finishSending()
            #expect(try peer.receive().isEmpty)
            try peer.send("late answer")
            #expect(try client.receiveText() == "late answer")
            peer.finishSending()
            #expect(try client.receive().isEmpty)
        }
    }

    @Test("a server may speak first, and may close first")
    func serverFirst() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try peer.send("220 ready")
            peer.finishSending()
            #expect(try client.receiveAll() == Array("220 ready".utf8))
            try client.send("bye")
            client.finishSending()
            #expect(try peer.receiveAll() == Array("bye".utf8))
        }
    }

    @Test("megabytes arrive complete in both directions at once, with a pausing reader")
    func bulk() async throws {
        let size = 6 << 20
        let server = try TestSocket.server()
        let lab = try RelayLab([try server.address])
        let client = try TestSocket.client(lab.address)
        let peer = try await onThread { try server.accept() }
        @Sendable func pattern(_ seed: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed) ^ ($0 >> 11)) }
        }
        async let sent: Void = onThread {
            try client.send(pattern(1))
            client.finishSending()
        }
        async let answered: Void = onThread {
            try peer.send(pattern(2))
            peer.finishSending()
        }
        async let upward = onThread { () -> Bool in
            // The relay and the kernel's buffers fill up meanwhile.
            usleep(300_000)
            return try peer.receiveAll() == pattern(1)
        }
        async let downward = onThread { try client.receiveAll() == pattern(2) }
        _ = try await (sent, answered)
        #expect(try await upward)
        #expect(try await downward)
        try await lab.eventually("the bytes are counted, and the connection is closed") {
            $0.bytesToEndpoints == UInt64(size) && $0.bytesToClients == UInt64(size) && $0.closed == 1
        }
    }

    @Test("nothing is read for a reader that does not read")
    func backpressure() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            let flags = fcntl(client.descriptor, F_GETFL)
            _ = fcntl(client.descriptor, F_SETFL, flags | O_NONBLOCK)
            let block = [UInt8](repeating: 7, count: 1 << 20)
            var sent = 0
            var idle = 0
            while idle < 50 {
                let count = send(client.descriptor, block, block.count, Int32(MSG_NOSIGNAL))
                if count > 0 { (sent, idle) = (sent + count, 0) } else { (_, idle) = (usleep(2000), idle + 1) }
                // Everything is in four sockets' buffers and a pipe, of at most 6 MB each.
                try #require(sent < 256 << 20)
            }
            client.finishSending()
            #expect(try peer.receiveAll().count == sent)
        }
    }

    @Test("a reset is passed on, in either direction")
    func reset() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            for clientResets in [true, false] {
                let client = try TestSocket.client(lab.address)
                let peer = try server.accept()
                try client.send("hello")
                #expect(try peer.receiveText() == "hello")
                let (resetting, other) = clientResets ? (client, peer) : (peer, client)
                resetting.reset()
                let error = #expect(throws: RelayError.self) { try other.receive() }
                #expect(error?.errno == ECONNRESET)
            }
        }
    }

    @Test("bytes that an endpoint sent before a reset reach the client")
    func resetAfterAnswer() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try client.send("request")
            #expect(try peer.receive(3).count == 3)
            try peer.send("answer")
            #expect(try client.receiveText() == "answer")
            // Closed with four bytes unread: the kernel sends a reset.
            peer.close()
            #expect(throws: RelayError.self) { try client.receive() }
        }
    }

    @Test("a refusing endpoint is skipped and counted; without another one the client is reset")
    func refusal() async throws {
        try await onThread {
            // Bound, so that nobody else gets the port, and not listening.
            let refusing = try TestSocket()
            try refusing.bind(RelayAddress(TestSocket.loopback, 0))
            let nobody = try refusing.address
            let server = try TestSocket.server()
            let lab = try RelayLab([nobody, try server.address])
            for _ in 0..<6 {
                let client = try TestSocket.client(lab.address)
                let peer = try server.accept()
                try peer.send("here")
                #expect(try client.receiveText() == "here")
            }
            #expect(lab.listener.counters.values.failures[nobody] ?? 0 >= 3)
            lab.balancer.update([nobody], affinityTimeout: nil)
            let client = try TestSocket.client(lab.address)
            let error = #expect(throws: RelayError.self) { try client.receive() }
            #expect(error?.errno == ECONNRESET)
            #expect(lab.listener.counters.values.unserved == 1)
            lab.balancer.update([], affinityTimeout: nil)
            let last = try TestSocket.client(lab.address)
            #expect(throws: RelayError.self) { try last.receive() }
        }
    }

    @Test("an unresponsive endpoint is abandoned for the next one")
    func silence() async throws {
        try await onThread {
            // Its queue is full, so the kernel drops connection attempts.
            let silent = try TestSocket.server(backlog: 0)
            let fillers = try (0..<2).map { _ in try TestSocket() }
            for filler in fillers {
                _ = fcntl(filler.descriptor, F_SETFL, O_NONBLOCK)
                try? filler.connect(try silent.address)
            }
            let server = try TestSocket.server()
            let lab = try RelayLab([try silent.address, try server.address]) { $0.callTimeouts = [30, 60, 120] }
            for _ in 0..<4 {
                let client = try TestSocket.client(lab.address)
                let peer = try server.accept()
                try client.send("found")
                #expect(try peer.receiveText() == "found")
            }
            #expect(lab.listener.counters.values.failures[try silent.address] ?? 0 >= 1)
        }
    }

    @Test("a connection to an endpoint that never answers stays, and holds up no others")
    func mute() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let waiting = try (0..<50).map { _ in
                let client = try TestSocket.client(lab.address)
                try client.send("anybody there?")
                return (client, try server.accept())
            }
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try peer.send("yes")
            #expect(try client.receiveText() == "yes")
            #expect(lab.relay.load.connectionCount == 51)
            for (client, peer) in waiting {
                try peer.send("at last")
                #expect(try client.receiveText() == "at last")
            }
        }
    }

    @Test("the PROXY protocol header precedes the client's first byte")
    func proxyHeader() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address], proxyHeader: .v1)
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try client.send("GET /")
            client.finishSending()
            let expected =
                "PROXY TCP4 127.0.0.1 127.0.0.1 \(try client.address.port) \(lab.address.port)\r\nGET /"
            #expect(String(decoding: try peer.receiveAll(), as: UTF8.self) == expected)
        }
    }

    @Test("connections beyond the limit wait in the kernel's queue until others end")
    func limit() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address]) { $0.connectionLimit = 4 }
            var pairs: [(TestSocket, TestSocket)] = []
            for _ in 0..<4 {
                let client = try TestSocket.client(lab.address)
                pairs.append((client, try server.accept()))
            }
            let waiting = try (0..<8).map { _ in try TestSocket.client(lab.address) }
            for client in waiting {
                try client.send("x")
                client.finishSending()
            }
            #expect(lab.relay.load.connectionCount <= 6)
            for (client, _) in pairs { client.close() }
            pairs = []
            for _ in waiting {
                let peer = try server.accept()
                #expect(try peer.receiveText() == "x")
                peer.close()
            }
            #expect(lab.relay.load.pauseCount > 0)
        }
    }

    @Test("a removed listener accepts no one, and its connections continue")
    func removal() async throws {
        let server = try TestSocket.server()
        let lab = try RelayLab([try server.address]) { $0.threads = 1 }
        let (client, peer) = try await onThread {
            let client = try TestSocket.client(lab.address)
            return (client, try server.accept())
        }
        lab.relay.remove(lab.id)
        try await onThread {
            try client.send("still here")
            #expect(try peer.receiveText() == "still here")
            // The lab holds the listener, so the socket still exists, but no thread accepts.
            let late = try TestSocket.client(lab.address)
            try client.send("and here")
            #expect(try peer.receiveText() == "and here")
            late.close()
        }
        #expect(lab.listener.counters.values.opened == 1)
    }

    @Test("clients with affinity reach the same endpoint again")
    func affinity() async throws {
        try await onThread {
            let servers = try (0..<3).map { _ in try TestSocket.server() }
            let lab = try RelayLab(try servers.map { try $0.address }, affinityTimeout: 600)
            for number in 2..<6 {
                let source = IPAddress(ipv4: 0x7F00_0000 + UInt32(number))
                _ = try TestSocket.client(lab.address, from: source)
                let home = lab.balancer.choose(for: source, at: MonotonicTime.now)
                for _ in 0..<3 { #expect(lab.balancer.choose(for: source, at: MonotonicTime.now) == home) }
            }
        }
    }
}

@Suite("Listening sockets")
struct ListeningSocketTests {
    private func option(_ socket: ListeningSocket, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket.descriptor, level, name, &value, &length) == 0 ? value : -1
    }

    @Test("connections inherit keep-alive, so that half-open ones end")
    func keepAlive() throws {
        let socket = try ListeningSocket(.tcp, RelayAddress(TestSocket.loopback, 0))
        #expect(option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(option(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 120)
        #expect(option(socket, Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
    }

    @Test("a port in use, and an address that the machine does not have, are distinguished")
    func errors() throws {
        let socket = try ListeningSocket(.tcp, RelayAddress(TestSocket.loopback, 0))
        let taken = #expect(throws: RelayError.self) { try ListeningSocket(.tcp, socket.address) }
        #expect(taken?.code == .addressInUse)
        #expect(taken?.description.contains("ss -ltnup") == true)
        let foreign = RelayAddress(IPAddress(ipv4: 0xC633_6407), 0)
        let missing = #expect(throws: RelayError.self) { try ListeningSocket(.tcp, foreign) }
        #expect(missing?.code == .addressUnavailable)
        #expect(throws: Never.self) { try ListeningSocket(.tcp, foreign, awaitsAddress: true) }
    }

    @Test("an adopted socket is the same one")
    func adoption() async throws {
        let socket = try ListeningSocket(.tcp, RelayAddress(TestSocket.loopback, 0))
        let adopted = try ListeningSocket(adopting: dup(socket.descriptor), .tcp)
        #expect(adopted.address == socket.address)
    }
}
