import Foundation
import Logging
import NIOSSL
import TestKit
import Testing

@testable import APIServer

extension TestServer {
    /// Runs a server during `body`, which receives the port and the administrator's credentials.
    static func onPort(
        _ configure: (inout RequestLimits) -> Void = { _ in }, bindAddress: String = "127.0.0.1",
        _ body: @escaping @Sendable (Int, TLSConfiguration) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "api-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = try APIServerConfiguration(serviceRange: "10.96.0.0/24", nodePorts: "30000-30063")
        configuration.dataDirectory = folder
        configuration.port = Int(try ReservedPort.take())
        configuration.bindAddress = bindAddress
        configure(&configuration.limits)
        let port = configuration.port
        let server = try APIServer(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { isReady.yield() } }
            group.addTask {
                for await _ in ready { break }
                try await body(port, try AdministratorTLS.configuration(kubeconfig: server.kubeconfig))
            }
            try await group.next()
            group.cancelAll()
            // The server ends by cancellation.
            while let result = await group.nextResult() {
                if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
            }
        }
    }
}
