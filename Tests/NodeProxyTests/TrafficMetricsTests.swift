import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import NodeProxy

@Suite("Metrics of connections")
struct TrafficMetricsTests {
    @Test("each Service port has its counters, and each endpoint that failed")
    func text() {
        let service = NamespacedName(namespace: "default", name: "web")
        let route = RouteKey(name: ServicePortName(service: service, port: "http"), family: .ipv4)
        let backend = Backend(address: IPAddress(ipv4: 0x0AF4_0005), port: 8080)
        let text = TrafficMetrics.text([
            ServiceTraffic(
                route: route, opened: 7, active: 2, unserved: 1, bytesToEndpoints: 100, bytesToClients: 2000,
                failures: [backend: 3], connectBounds: [0.001, 0.1], connectBuckets: [4, 1, 1], connectSeconds: 0.5)
        ])
        let labels = #"namespace="default",service="web",port="http",protocol="TCP",ip_family="IPv4""#
        for line in [
            "servicelet_userspace_connections_total{\(labels)} 7", "servicelet_userspace_connections{\(labels)} 2",
            "servicelet_userspace_unserved_connections_total{\(labels)} 1",
            "servicelet_userspace_sent_bytes_total{\(labels)} 100",
            "servicelet_userspace_received_bytes_total{\(labels)} 2000",
            #"""
            servicelet_userspace_endpoint_failures_total{namespace="default",service="web",port="http",\#
            endpoint="10.244.0.5:8080"} 3
            """#,
            #"servicelet_userspace_connect_duration_seconds_bucket{\#(labels),le="0.001"} 4"#,
            #"servicelet_userspace_connect_duration_seconds_bucket{\#(labels),le="0.1"} 5"#,
            #"servicelet_userspace_connect_duration_seconds_bucket{\#(labels),le="+Inf"} 6"#,
            "servicelet_userspace_connect_duration_seconds_count{\(labels)} 6",
        ] { #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)") }
        #expect(TrafficMetrics.text([]).isEmpty)
    }
}
