import DaemonKit
import KubernetesClient

extension RequestMetrics.Snapshot {
    /// The metrics of requests to the API server, as client-go names them.
    func write(to text: inout PrometheusText) {
        let counter = "rest_client_requests_total"
        text.family(counter, type: "counter", help: "Requests to the API server, by code, method and host")
        let requests = requests.sorted { left, right in
            (left.key.host, left.key.method, left.key.code) < (right.key.host, right.key.method, right.key.code)
        }
        for (labels, count) in requests {
            text.sample(counter, ["code": labels.code, "host": labels.host, "method": labels.method], "\(count)")
        }
        let duration = "rest_client_request_duration_seconds"
        text.family(duration, type: "histogram", help: "How long the API server took until the head of a response")
        let durations = durations.sorted { ($0.key.host, $0.key.verb) < ($1.key.host, $1.key.verb) }
        for (target, histogram) in durations {
            let host = PrometheusText.escaped(target.host)
            text.histogram(
                duration, labels: "host=\"\(host)\",verb=\"\(target.verb)\",", bounds: RequestMetrics.Histogram.bounds,
                buckets: histogram.buckets, count: histogram.count, sum: histogram.sum)
        }
    }
}
