import APICredentials
import Foundation
import HTTPConnections
import InternetAddresses
import KubernetesObjects
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import ObjectStore
import Synchronization

/// The Kubernetes API for Service networking on one machine: a store, HTTP over TLS in front of it, and the
/// objects' lifecycle.
package final class APIServer: Sendable {
    let configuration: APIServerConfiguration
    let logger: Logger
    package let registry: Registry
    private let ready = Atomic(false)

    package var store: ObjectStore { registry.store }

    /// Opens the store. Blocks while reading.
    ///
    /// - Throws: `StoreError` or `APIServerError` with what to do.
    package init(configuration: APIServerConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.dataDirectory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw APIServerError("--data-dir \(configuration.dataDirectory) cannot be made: \(error)")
        }
        let store = try ObjectStore(path: configuration.dataDirectory + "/store.sqlite")
        registry = Registry(
            store: store, resources: .kubernetes, network: configuration.network, now: { SystemClock.seconds() })
    }

    /// The path of the administrator's kubeconfig.
    package var kubeconfig: String { configuration.dataDirectory + "/admin.kubeconfig" }

    /// Serves until cancelled; `onReady` is called once requests are answered.
    ///
    /// - Throws: `APIServerError`, `CredentialError` or `StoreError` with what to do.
    package func run(onReady: @escaping @Sendable () async -> Void = {}) async throws {
        try await Bootstrap(registry: registry, endpoint: endpoint(), dns: configuration.dns).run()
        let credentials = try makeCredentials()
        let router = try await makeRouter()
        let tls = TLSContext(try Self.context(credentials))
        do {
            try await work(router, tls, credentials, onReady: onReady)
        } catch {
            try await registry.store.close()
            throw error
        }
        try await registry.store.close()
    }

    private func work(
        _ router: APIRouter, _ tls: TLSContext, _ credentials: ServerCredentials,
        onReady: @escaping @Sendable () async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.registry.store.run() }
            group.addTask { try await NamespaceKeeper(registry: self.registry, logger: self.logger).run() }
            group.addTask { try await GarbageCollector(registry: self.registry, logger: self.logger).run() }
            group.addTask { try await self.renew(credentials, tls) }
            group.addTask { try await self.serve(router, tls, onReady: onReady) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func serve(
        _ router: APIRouter, _ tls: TLSContext, onReady: @escaping @Sendable () async -> Void
    ) async throws {
        let front = HTTPFront(router: router, gate: RequestGate(configuration.limits), limits: configuration.limits)
        let channel = APIChannel(tls: tls, front: front)
        let logger = logger
        do {
            let listener = try ConnectionListener(
                address: configuration.bindAddress, port: configuration.port,
                connections: configuration.limits.connections)
            try await listener.run(
                setUp: { channel.setUp($0) },
                onListening: {
                    ready.store(true, ordering: .relaxed)
                    logger.info("serving the Kubernetes API at \(configuration.url)")
                    await onReady()
                }, serve: { await channel.serve($0, logger: logger) })
        } catch let error as IOError {
            throw APIServerError(
                "\(configuration.bindAddress):\(configuration.port) cannot be listened on: \(error); choose another "
                    + "--secure-port"
            )
        } catch is SocketAddressError {
            throw APIServerError("--bind-address: \(configuration.bindAddress) is not an IP address")
        }
    }

    func makeRouter() async throws -> APIRouter {
        let tokens = try await ServiceAccountTokens(folder: configuration.dataDirectory)
        let audience = ServiceAccountTokens.issuer
        let authenticator = Authenticator(
            tokens: tokens, store: registry.store, audiences: [audience, "api"])
        let authorizer = Authorizer()
        let handler = ResourceHandler(
            registry: registry,
            access: AccessReviews(authorizer: authorizer, authenticator: authenticator, now: registry.now),
            tokens: TokenRequests(tokens: tokens, store: registry.store, audience: audience, now: registry.now))
        let pages = ServerPages(
            resources: registry.resources, address: String(configuration.url.dropFirst("https://".count)),
            isReady: { self.ready.load(ordering: .relaxed) })
        return APIRouter(
            registry: registry, authenticator: authenticator, authorizer: authorizer, handler: handler, pages: pages)
    }
}
