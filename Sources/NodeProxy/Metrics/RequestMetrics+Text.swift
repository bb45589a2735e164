import DaemonKit
import FoundationEssentials
import KubernetesClient

extension RequestMetrics.Snapshot {
    /// The metrics of requests to the API server, as client-go names them.
    func write(to text: inout PrometheusText, now: Date = .now) {
        let counter = "rest_client_requests_total"
        text.family(counter, type: "counter", help: "Requests to the API server, by code, method and host")
        let requests = requests.sorted { left, right in
            (left.key.host, left.key.method, left.key.code) < (right.key.host, right.key.method, right.key.code)
        }
        for (labels, count) in requests {
            text.sample(counter, ["code": labels.code, "host": labels.host, "method": labels.method], "\(count)")
        }
        for (what, help, values) in [
            ("request_duration_seconds", "How long the API server took until the head of a response", durations),
            ("request_size_bytes", "Size of the bodies of requests to the API server", requestSizes),
            ("response_size_bytes", "Size of the bodies of its responses", responseSizes),
        ] {
            let name = "rest_client_\(what)"
            text.family(name, type: "histogram", help: help)
            for (target, histogram) in values.sorted(by: { ($0.key.host, $0.key.verb) < ($1.key.host, $1.key.verb) }) {
                let labels = "host=\"\(PrometheusText.escaped(target.host))\",verb=\"\(target.verb)\","
                text.histogram(name, labels: labels, histogram)
            }
        }
        writePlugins(to: &text, now: now)
    }

    /// The metrics of credential plug-ins.
    private func writePlugins(to text: inout PrometheusText, now: Date) {
        let calls = "rest_client_exec_plugin_call_total"
        text.family(calls, type: "counter", help: "Calls to programs that make credentials, by exit code and outcome")
        let sorted = pluginCalls.sorted {
            ($0.key.code, $0.key.status.rawValue) < ($1.key.code, $1.key.status.rawValue)
        }
        for (call, count) in sorted {
            text.sample(calls, ["call_status": call.status.rawValue, "code": "\(call.code)"], "\(count)")
        }
        let lifetime = "rest_client_exec_plugin_ttl_seconds"
        text.family(lifetime, type: "gauge", help: "Seconds until the client certificate of such a program expires")
        text.sample(lifetime, [:], certificateExpiry.map { "\($0 - now.timeIntervalSince1970)" } ?? "+Inf")
        let ages = "rest_client_exec_plugin_certificate_rotation_age"
        text.family(
            ages, type: "histogram", help: "How old such certificates were when others replaced them, in seconds")
        text.histogram(ages, labels: "", certificateAges)
    }
}

extension PrometheusText {
    fileprivate mutating func histogram(_ name: String, labels: String, _ histogram: RequestHistogram) {
        self.histogram(
            name, labels: labels, bounds: histogram.bounds, buckets: histogram.buckets, count: histogram.count,
            sum: histogram.sum)
    }
}
