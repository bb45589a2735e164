import AsyncHTTPClient
package import Logging
package import ObjectSource

/// The objects of a Kubernetes cluster, read from its API server.
///
/// Each kind has its own watch. While the server is unreachable the inbox keeps its contents, and the client retries
/// until it is cancelled.
package struct KubernetesClient: ObjectSource {
    private let configuration: KubernetesClientConfiguration
    let selections: [KindSelection]
    private let logger: Logger
    private let metrics: RequestMetrics

    /// A client that watches the objects of `selections`, at most one for each kind.
    package init(
        configuration: KubernetesClientConfiguration, selections: [KindSelection], logger: Logger,
        metrics: RequestMetrics = RequestMetrics()
    ) {
        self.configuration = configuration
        self.selections = selections
        self.logger = logger
        self.metrics = metrics
    }

    /// Throws only `CancellationError`: `KubernetesClientConfiguration.load` has already reported mistakes that
    /// users must correct.
    package func run(into inbox: ObjectInbox) async throws {
        try await HTTPClient.withHTTPClient(configuration: .init(configuration)) { http in
            let credentials = Credentials(configuration, logger: logger, metrics: metrics)
            let transport = APITransport(
                http: http, configuration: configuration, credentials: credentials, metrics: metrics)
            let health = SharedServerHealth()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for selection in selections {
                    let driver = ReflectorDriver(
                        path: ResourcePath(selection: selection), transport: transport, inbox: inbox,
                        health: health, logger: logger)
                    group.addTask { try await driver.run() }
                }
                while try await group.next() != nil {}
            }
        }
    }
}
