import DaemonKit
package import Dataplane
package import KubernetesClient
package import Synchronization

/// The status of the daemon's parts, for HTTP clients. Written and read from any task.
package final class ProxyStatus: Sendable {
    package let health = Mutex(HealthState())
    package let metrics = Mutex(ProxyMetrics())
    /// Counted by the client of the API server.
    package let requests = RequestMetrics()
    /// Events for `kubectl get events`.
    package let events = EventRecorder()

    /// The source of traffic counts.
    package let dataplane = Mutex<(any Dataplane)?>(nil)

    package init() {}

    /// The answer to `/metrics`.
    package var metricsText: String {
        var text = PrometheusText()
        BuildInfo.write(to: &text)
        ProcessUsage().write(to: &text)
        return metrics.withLock { $0 }.text(requests: requests.snapshot) + text.text
            + TrafficMetrics.text(dataplane.withLock { $0 }?.traffic ?? [])
    }
}
