import AsyncHTTPClient
package import KubernetesAPI
package import Logging
package import ObjectSource

/// The objects of a Kubernetes cluster, as its API server tells them.
///
/// Services that have a cluster address and are ours to serve, EndpointSlices that are not headless, and the node's own
/// Node; each kind has a watch of its own. A server that is out of reach changes nothing: what the inbox was told stays
/// true, and the client tries again until it is cancelled.
package struct KubernetesClient: ObjectSource {
    private let configuration: KubernetesClientConfiguration
    private let nodeName: String
    let kinds: Set<ObjectKind>
    private let logger: Logger
    private let metrics: RequestMetrics

    /// A client for the node `nodeName`, as kubelet registered it, that watches `kinds`.
    package init(
        configuration: KubernetesClientConfiguration, nodeName: String,
        kinds: Set<ObjectKind> = Set(ObjectKind.allCases),
        logger: Logger, metrics: RequestMetrics = RequestMetrics()
    ) {
        self.configuration = configuration
        self.nodeName = nodeName
        self.kinds = kinds
        self.logger = logger
        self.metrics = metrics
    }

    /// Never throws anything but `CancellationError`: what can only be mended by a person was found by
    /// `KubernetesClientConfiguration.load`.
    package func run(into inbox: ObjectInbox) async throws {
        try await HTTPClient.withHTTPClient(configuration: .init(configuration)) { http in
            let credentials = Credentials(configuration, logger: logger)
            let transport = APITransport(
                http: http, configuration: configuration, credentials: credentials, metrics: metrics)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for kind in kinds {
                    let driver = ReflectorDriver(
                        path: ResourcePath(kind: kind, nodeName: nodeName), transport: transport, inbox: inbox,
                        logger: logger)
                    group.addTask { try await driver.run() }
                }
                try await group.waitForAll()
            }
        }
    }
}
