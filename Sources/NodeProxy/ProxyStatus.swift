package import KubernetesClient
package import Synchronization

/// What the parts of the daemon tell of themselves, for whoever asks over HTTP. Written and read from any task.
package final class ProxyStatus: Sendable {
    package let health = Mutex(HealthState())
    package let metrics = Mutex(ProxyMetrics())
    /// Counted by the client of the API server.
    package let requests = RequestMetrics()

    package init() {}

    /// The answer to `/metrics`.
    package var metricsText: String { metrics.withLock { $0 }.text(requests: requests.snapshot) }
}
