import DNSServer
import Logging
import TestKit

/// Runs a server on a free port of 127.0.0.1 for as long as `body` takes.
enum RunningServer {
    static func with<Result: Sendable>(
        _ configure: (inout DNSOptions) throws -> Void, body: @escaping @Sendable (TestClient) async throws -> Result
    ) async throws -> Result {
        var options = DNSOptions()
        options.port = try ReservedPort.take()
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

    /// Queries until there is any answer, even that names are unknown, or `attempts` are used up.
    static func waitUntilAnswering(_ client: TestClient, attempts: Int = 5000) async throws {
        let query = Recording.Query(name: "kubernetes.default.svc.cluster.local.", type: "A", transport: "udp")
        for _ in 0..<attempts {
            if try await client.datagram(try query.message(identifier: 1), patience: 0.2) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RecordingError(text: "the server does not come up")
    }

    /// Queries until the cluster's names are known, or `attempts` are used up.
    static func waitUntilSynchronized(_ client: TestClient, attempts: Int = 5000) async throws {
        let query = Recording.Query(name: "kubernetes.default.svc.cluster.local.", type: "A", transport: "udp")
        for _ in 0..<attempts {
            let reply = try? await client.datagram(try query.message(identifier: 1), patience: 0.2)
            if let text = reply.flatMap({ MessageText($0) }), text.rcode != "SERVFAIL" { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RecordingError(text: "the server does not come up")
    }
}
