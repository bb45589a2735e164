import DNSServer
import Glibc
import Logging

/// Runs a server on a free port of 127.0.0.1 for as long as `body` takes.
enum RunningServer {
    static func with<Result: Sendable>(
        _ configure: (inout DNSOptions) throws -> Void, body: @escaping @Sendable (TestClient) async throws -> Result
    ) async throws -> Result {
        var options = DNSOptions()
        options.port = try freePort()
        options.bindAddresses = ["127.0.0.1"]
        options.healthAddress = ""
        options.readyAddress = ""
        options.metricsAddress = ""
        options.forward = ["127.0.0.1:1"]
        try configure(&options)
        let port = options.port
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = DNSServer(try options.origin(), environment: [:], logger: logger)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.serve()
                return nil
            }
            group.addTask {
                let client = TestClient(port: port)
                return try await body(client)
            }
            while let result = try await group.next() {
                guard let result else { throw RecordingError(text: "the server has ended") }
                group.cancelAll()
                return result
            }
            throw RecordingError(text: "there is no result")
        }
    }

    /// A free port, for UDP and TCP.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw RecordingError(text: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Queries until there is any answer, even that names are unknown, or `attempts` are used up.
    static func waitUntilAnswering(_ client: TestClient, attempts: Int = 200) async throws {
        let query = Recording.Query(name: "kubernetes.default.svc.cluster.local.", type: "A", transport: "udp")
        for _ in 0..<attempts {
            if try await client.datagram(try query.message(identifier: 1), patience: 0.2) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RecordingError(text: "the server does not come up")
    }

    /// Queries until the cluster's names are known, or `attempts` are used up.
    static func waitUntilSynchronized(_ client: TestClient, attempts: Int = 200) async throws {
        let query = Recording.Query(name: "kubernetes.default.svc.cluster.local.", type: "A", transport: "udp")
        for _ in 0..<attempts {
            let reply = try? await client.datagram(try query.message(identifier: 1), patience: 0.2)
            if let text = reply.flatMap({ MessageText($0) }), text.rcode != "SERVFAIL" { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RecordingError(text: "the server does not come up")
    }
}
