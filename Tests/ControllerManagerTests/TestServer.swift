import APICredentials
import Foundation
import KubernetesObjects
import Logging
import Synchronization
import Testing

@testable import APIServer

/// An API server without HTTP, with the garbage collector, on its own store.
final class TestServer: Sendable {
    private let folder: String
    let server: APIServer
    private let router: APIRouter

    private static let admin = ClientCertificate(commonName: "admin", organizations: ["system:masters"])

    private init() async throws {
        folder = NSTemporaryDirectory() + "controllers-\(UUID().uuidString)"
        var configuration = try APIServerConfiguration(
            serviceRange: "10.96.0.0/16,fd00:10:96::/112", nodePorts: "30000-32767")
        configuration.dataDirectory = folder
        server = try APIServer(configuration: configuration, logger: Self.logger)
        try await Bootstrap(registry: server.registry, endpoint: nil).run()
        router = try await server.makeRouter()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func documents(_ manager: String = "test") -> StoreDocuments {
        StoreDocuments(registry: server.registry, fieldManager: manager, logger: Self.logger)
    }

    /// Runs `body` with the garbage collector and `others`, which end with it.
    static func with(
        _ others: [@Sendable (TestServer) async throws -> Void] = [],
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let server = try await TestServer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let registry = server.server.registry
            group.addTask { try await GarbageCollector(registry: registry, logger: Self.logger).run() }
            for other in others { group.addTask { try await other(server) } }
            defer { group.cancelAll() }
            try await body(server)
        }
    }

    /// Sends a request as the administrator; the test fails if it is refused.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json"
    ) async throws -> Document {
        let request = APIRequest(
            method: method, target: target, headers: [("content-type", type), ("user-agent", "kubectl/1")],
            body: body.map { JSONWriter.bytes($0) } ?? [], certificate: Self.admin)
        let response = await router.respond(to: request)
        guard case .bytes(let bytes) = response.body else { return Document([:]) }
        #expect(response.status < 300, "\(method) \(target): \(String(decoding: bytes, as: UTF8.self))")
        return Document(try JSONParser.parse(bytes).object ?? [:])
    }

    /// The objects of a collection.
    func list(_ path: String) async throws -> [Document] {
        try await send("GET", path)["items"].items.compactMap { $0.object.map(Document.init) }
    }

    /// Polls until `condition` holds, for a generous time.
    func wait<Value: Sendable>(
        for what: String, _ condition: () async throws -> Value?
    ) async throws -> Value? {
        try await Self.wait(for: what, condition)
    }

    static func wait<Value: Sendable>(
        for what: String, _ condition: () async throws -> Value?
    ) async throws -> Value? {
        let end = ContinuousClock.now.advanced(by: .seconds(180))
        while ContinuousClock.now < end {
            if let value = try await condition() { return value }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        Issue.record("\(what) did not come about")
        return nil
    }
}
