import CLinux
import Glibc
import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("Misbehaving peers")
struct FaultTests {
    @Test("an endpoint that resets after the first byte resets the client, and nothing is repeated elsewhere")
    func reset() async throws {
        try await onThread {
            let resetting = try TestSocket.server()
            let other = try TestSocket.server()
            let lab = try RelayLab([try resetting.address, try other.address])
            let client = try TestSocket.client(lab.address)
            let peer = try resetting.accept()
            try client.send("request")
            #expect(try peer.receiveText() == "request")
            peer.reset()
            let error = #expect(throws: RelayError.self) { try client.receive() }
            #expect(error?.errno == ECONNRESET)
            // The next client goes to the other endpoint, because endpoints take turns, and is its first.
            let next = try TestSocket.client(lab.address)
            try next.send("next")
            #expect(try other.accept().receiveText() == "next")
            #expect(lab.listener.counters.values.unserved == 0)
        }
    }

    @Test("clients that do not read hold up no others, even on the same thread")
    func slowReaders() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address]) { $0.threads = 1 }
            let block = [UInt8](repeating: 1, count: 1 << 20)
            var slow: [(TestSocket, TestSocket)] = []
            for _ in 0..<10 {
                let client = try TestSocket.client(lab.address)
                let peer = try server.accept()
                _ = fcntl(peer.descriptor, F_SETFL, O_NONBLOCK)
                while send(peer.descriptor, block, block.count, Int32(MSG_NOSIGNAL)) > 0 {}
                slow.append((client, peer))
            }
            for _ in 0..<20 {
                let client = try TestSocket.client(lab.address)
                let peer = try server.accept()
                try client.send("question")
                #expect(try peer.receiveText() == "question")
                try peer.send("answer")
                #expect(try client.receiveText() == "answer")
            }
            #expect(lab.relay.load.connectionCount >= slow.count)
        }
    }

    @Test("a silently vanished client is detected, and its endpoint's connection ends")
    func halfOpenClient() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address])
            let tcp = Int32(IPPROTO_TCP)
            // Accepted connections inherit these, in seconds: sooner than usual.
            for option in [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT] {
                #expect(CLinux_set_option(lab.listener.socket.descriptor, tcp, option, 1) == 0)
            }
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try client.send("hello")
            #expect(try peer.receiveText() == "hello")
            // A socket closed in this state sends nothing (needs CAP_NET_ADMIN).
            try #require(CLinux_set_option(client.descriptor, tcp, TCP_REPAIR, 1) == 0)
            client.close()
            let error = #expect(throws: RelayError.self) { try peer.receive() }
            #expect(error?.errno == ECONNRESET)
        }
    }

    @Test("without pipes, bytes are copied and arrive complete")
    func withoutPipes() async throws {
        let size = 3 << 20
        let server = try TestSocket.server()
        let lab = try RelayLab([try server.address]) {
            $0.threads = 1
            $0.pipeLimit = 1
        }
        let pairs = try await onThread {
            try (0..<3).map { _ in (try TestSocket.client(lab.address), try server.accept()) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, (client, peer)) in pairs.enumerated() {
                let block = [UInt8](repeating: UInt8(number + 1), count: size)
                group.addTask {
                    try await onThread {
                        try peer.send(block)
                        peer.finishSending()
                    }
                }
                group.addTask {
                    let received = try await onThread { try client.receiveAll() }
                    #expect(received == block)
                }
            }
            for try await _ in group {}
        }
    }

    @Test("the binary PROXY protocol header precedes the client's first byte")
    func binaryHeader() async throws {
        try await onThread {
            let server = try TestSocket.server()
            let lab = try RelayLab([try server.address], proxyHeader: .v2)
            let client = try TestSocket.client(lab.address)
            let peer = try server.accept()
            try client.send("GET /")
            client.finishSending()
            let bytes = try peer.receiveAll()
            let port = try client.address.port
            #expect(bytes.prefix(12) == [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A])
            #expect(bytes.dropFirst(12).prefix(4) == [0x21, 0x11, 0, 12])
            #expect(bytes.dropFirst(16).prefix(8) == [127, 0, 0, 1, 127, 0, 0, 1])
            #expect(bytes.dropFirst(24).prefix(2) == [UInt8(port >> 8), UInt8(port & 0xFF)])
            #expect(Array(bytes.dropFirst(28)) == Array("GET /".utf8))
        }
    }
}
