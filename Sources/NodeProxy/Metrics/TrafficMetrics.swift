import DaemonKit
import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// The metrics of each Service port in a mode that carries connections itself.
enum TrafficMetrics {
    /// Empty if there are no metrics.
    static func text(_ traffic: [ServiceTraffic]) -> String {
        guard !traffic.isEmpty else { return "" }
        let traffic = traffic.sorted { $0.route < $1.route }
        var text = PrometheusText()
        let counters: [(String, String, (ServiceTraffic) -> UInt64)] = [
            ("connections_total", "Connections and UDP sessions accepted", { $0.opened }),
            ("unserved_connections_total", "Connections that no endpoint has taken", { $0.unserved }),
            ("sent_bytes_total", "Bytes from clients to endpoints", { $0.bytesToEndpoints }),
            ("received_bytes_total", "Bytes from endpoints to clients", { $0.bytesToClients }),
        ]
        for (suffix, help, value) in counters {
            let name = "servicelet_userspace_\(suffix)"
            text.family(name, type: "counter", help: help)
            for entry in traffic { text.sample(name, entry.labels, "\(value(entry))") }
        }
        let active = "servicelet_userspace_connections"
        text.family(active, type: "gauge", help: "Connections and UDP sessions that are open")
        for entry in traffic { text.sample(active, entry.labels, "\(entry.active)") }
        write(failures: traffic, to: &text)
        write(connectTimes: traffic, to: &text)
        return text.text
    }

    private static func write(failures traffic: [ServiceTraffic], to text: inout PrometheusText) {
        let name = "servicelet_userspace_endpoint_failures_total"
        text.family(name, type: "counter", help: "Attempts to reach an endpoint that failed")
        for entry in traffic {
            for (backend, count) in entry.failures.sorted(by: { $0.key < $1.key }) {
                text.sample(
                    name,
                    [
                        "namespace": entry.route.name.service.namespace, "service": entry.route.name.service.name,
                        "port": entry.route.name.port, "endpoint": "\(backend)",
                    ], "\(count)")
            }
        }
    }

    private static func write(connectTimes traffic: [ServiceTraffic], to text: inout PrometheusText) {
        let name = "servicelet_userspace_connect_duration_seconds"
        text.family(name, type: "histogram", help: "How long connecting to endpoints took, in seconds")
        for entry in traffic {
            var total: UInt64 = 0
            let cumulated = entry.connectBuckets.map { bucket in
                total += bucket
                return total
            }
            let labels = entry.labels.map { "\($0.key)=\"\(PrometheusText.escaped($0.value))\"," }.joined()
            text.histogram(
                name, labels: labels, bounds: entry.connectBounds, buckets: cumulated, count: total,
                sum: entry.connectSeconds)
        }
    }
}

extension ServiceTraffic {
    fileprivate var labels: KeyValuePairs<String, String> { route.metricLabels }
}
