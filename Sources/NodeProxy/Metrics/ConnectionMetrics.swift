import DaemonKit
import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// `servicelet_service_connections_total`.
enum ConnectionMetrics {
    static func text(_ totals: [RouteKey: UInt64]) -> String {
        let name = "servicelet_service_connections_total"
        var text = PrometheusText()
        text.family(name, type: "counter", help: "Connections and UDP flows to each Service port, refused ones too")
        for (route, count) in totals.sorted(by: { $0.key < $1.key }) {
            text.sample(name, route.metricLabels, "\(count)")
        }
        return text.text
    }
}

extension RouteKey {
    /// The labels that identify Service ports in metrics.
    var metricLabels: KeyValuePairs<String, String> {
        [
            "namespace": name.service.namespace, "service": name.service.name, "port": name.port,
            "protocol": "\(name.transport)", "ip_family": "\(family)",
        ]
    }
}
