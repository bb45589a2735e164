import DaemonKit
import FoundationEssentials
import InternetAddresses
package import KubernetesClient

extension ProxyMetrics {
    /// All metrics in Prometheus' text format, named as kube-proxy and client-go name theirs.
    package func text(requests: RequestMetrics.Snapshot) -> String {
        var text = PrometheusText()
        writeDurations(to: &text)
        text.gauge(
            "kubeproxy_sync_proxy_rules_last_timestamp_seconds", help: "The last time proxy rules were programmed",
            lastProgrammed?.timeIntervalSince1970 ?? 0)
        text.gauge(
            "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds",
            help: "The last time a programming of proxy rules was queued", lastQueued?.timeIntervalSince1970 ?? 0)
        text.counter(
            "kubeproxy_sync_proxy_rules_service_changes_total", help: "Changes of Services taken in", serviceChanges)
        text.counter(
            "kubeproxy_sync_proxy_rules_endpoint_changes_total", help: "Changes of EndpointSlices taken in",
            sliceChanges)
        writeHealth(to: &text)
        writeConntrack(to: &text)
        text.counter(
            "servicelet_programming_failures_total", help: "Programmings that failed and were retried", failures)
        text.counter("servicelet_repairs_total", help: "Repairs of rules that another program had altered", repairs)
        Self.write(requests, to: &text)
        return text.text
    }

    private func writeDurations(to text: inout PrometheusText) {
        for (infix, help, extents) in [
            ("", "How long programming took, in seconds", [.full, .partial]),
            ("full_", "How long programming everything took, in seconds", [.full]),
            ("partial_", "How long programming a change took, in seconds", [.partial]),
        ] as [(String, String, [Extent])] {
            let name = "kubeproxy_sync_\(infix)proxy_rules_duration_seconds"
            text.family(name, type: "histogram", help: help)
            let histogram = extents.compactMap { durations[$0] }.reduce(Histogram(), +)
            // Both families are programmed in one go.
            for family in IPFamily.allCases {
                text.histogram(
                    name, labels: "ip_family=\"\(family)\",", bounds: Histogram.bounds, buckets: histogram.buckets,
                    count: histogram.count, sum: histogram.sum)
            }
        }
    }

    private func writeConntrack(to text: inout PrometheusText) {
        let counter = "kubeproxy_conntrack_reconciler_deleted_entries_total"
        text.family(counter, type: "counter", help: "Stale UDP connections that were removed")
        for family in IPFamily.allCases {
            text.sample(counter, ["ip_family": "\(family)"], "\(removedConnections[family] ?? 0)")
        }
        let duration = "kubeproxy_conntrack_reconciler_sync_duration_seconds"
        text.family(duration, type: "histogram", help: "How long looking for stale UDP connections took, in seconds")
        for family in IPFamily.allCases {
            let histogram = conntrackDurations[family] ?? Histogram()
            text.histogram(
                duration, labels: "ip_family=\"\(family)\",", bounds: Histogram.bounds, buckets: histogram.buckets,
                count: histogram.count, sum: histogram.sum)
        }
    }

    private func writeHealth(to text: inout PrometheusText) {
        for question in HealthReport.Question.allCases {
            let name = "kubeproxy_proxy_\(question.rawValue)_total"
            text.family(name, type: "counter", help: "Answers of /\(question.rawValue), by status code")
            for (code, count) in (healthAnswers[question] ?? [:]).sorted(by: { $0.key < $1.key }) {
                text.sample(name, ["code": "\(code)"], "\(count)")
            }
        }
    }

    private static func write(_ requests: RequestMetrics.Snapshot, to text: inout PrometheusText) {
        let counter = "rest_client_requests_total"
        text.family(counter, type: "counter", help: "Requests to the API server, by code, method and host")
        for (labels, count) in requests.requests {
            text.sample(counter, ["code": labels.code, "host": labels.host, "method": labels.method], "\(count)")
        }
        let duration = "rest_client_request_duration_seconds"
        text.family(duration, type: "histogram", help: "How long the API server took until the head of a response")
        for (target, histogram) in requests.durations {
            let host = PrometheusText.escaped(target.host)
            text.histogram(
                duration, labels: "host=\"\(host)\",verb=\"\(target.verb)\",", bounds: RequestMetrics.Histogram.bounds,
                buckets: histogram.buckets, count: histogram.count, sum: histogram.sum)
        }
    }
}
