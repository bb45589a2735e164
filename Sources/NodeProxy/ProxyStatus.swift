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

    /// The source of connection counts; `nil` if connections are not counted.
    package let connections = Mutex<(any ConnectionTotals)?>(nil)

    package init() {}

    /// The answer to `/metrics` from the process's own state. Blocks for a moment.
    package var metricsText: String {
        var text = PrometheusText()
        BuildInfo.write(to: &text)
        ProcessUsage().write(to: &text)
        let (metrics, dataplane) = (metrics.withLock { $0 }, dataplane.withLock { $0 })
        return metrics.text(requests: requests.snapshot) + text.text + TrafficMetrics.text(dataplane?.traffic ?? [])
            + PacketCounterMetrics.text(dataplane, mode: metrics.mode)
    }

    /// The answer to `/metrics`, including the kernel's counts.
    package func fullMetricsText() async -> String {
        guard let connections = connections.withLock({ $0 }) else { return metricsText }
        return metricsText + ConnectionMetrics.text(await connections.totals())
    }
}
