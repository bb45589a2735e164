import Foundation
import TestKit
import Testing

@testable import APIServer
@testable import KubernetesClient

/// An API server on the loopback that can be stopped and restarted.
final class RestartableServer: Sendable {
    private let configuration: APIServerConfiguration
    private let ends = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
    private let starts = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))

    private init() throws {
        var configuration = try APIServerConfiguration(serviceRange: "10.96.0.0/16", nodePorts: "30000-32767")
        configuration.dataDirectory = NSTemporaryDirectory() + "http-\(UUID().uuidString)"
        configuration.port = Int(try ReservedPort.take())
        self.configuration = configuration
    }

    var kubeconfig: String { configuration.dataDirectory + "/admin.kubeconfig" }

    /// Runs `body` with a server.
    static func with(_ body: @escaping @Sendable (RestartableServer) async throws -> Void) async throws {
        let server = try RestartableServer()
        // At worst a folder is left behind among the temporary files.
        defer { try? FileManager.default.removeItem(atPath: server.configuration.dataDirectory) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.live() }
            group.addTask {
                await server.start()
                try await body(server)
            }
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
            }
        }
    }

    /// Ends the server and waits for the next one.
    func restart() async {
        ends.continuation.yield()
        await start()
    }

    /// Runs `body` with the administrator's access.
    func withDocuments(_ body: @escaping @Sendable (HTTPDocuments) async throws -> Void) async throws {
        var client = try KubernetesClientConfiguration.load(kubeconfig: kubeconfig, master: nil, environment: [:])
        // A busy machine may take long to connect.
        client.connectTimeout = .seconds(300)
        try await HTTPDocuments.with(client, logger: TestServer.logger, body)
    }

    private func start() async { for await _ in starts.stream { return } }

    private func live() async throws {
        while !Task.isCancelled {
            try await withThrowingTaskGroup(of: Void.self) { life in
                life.addTask {
                    let server = try APIServer(configuration: self.configuration, logger: TestServer.logger)
                    try await server.run { self.starts.continuation.yield() }
                }
                life.addTask { for await _ in self.ends.stream { return } }
                try await life.next()
                life.cancelAll()
                // A server ends by cancellation.
                while let result = await life.nextResult() {
                    if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
                }
            }
        }
    }
}
