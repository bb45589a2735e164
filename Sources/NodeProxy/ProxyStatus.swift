import DaemonKit
package import Dataplane
package import KubernetesClient
package import Synchronization

/// What the parts of the daemon tell of themselves, for whoever asks over HTTP. Written and read from any task.
package final class ProxyStatus: Sendable {
    package let health = Mutex(HealthState())
    package let metrics = Mutex(ProxyMetrics())
    /// Counted by the client of the API server.
    package let requests = RequestMetrics()
    /// What operators see with `kubectl get events`.
    package let events = EventRecorder()

    /// Asked for what connections have done.
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
