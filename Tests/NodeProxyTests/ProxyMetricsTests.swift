import DaemonKit
import Dataplane
import Foundation
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Synchronization
import Testing

@testable import NodeProxy

@Suite("The metrics")
struct ProxyMetricsTests {
    func text(of metrics: ProxyMetrics) -> [Substring] {
        let status = ProxyStatus()
        status.metrics.withLock { $0 = metrics }
        return status.metricsText.split(separator: "\n")
    }

    @Test("durations are in kube-proxy's buckets, for each IP family")
    func durations() {
        var metrics = ProxyMetrics()
        metrics.programmed(.full, in: .milliseconds(3), at: Date(timeIntervalSince1970: 1.5))
        metrics.programmed(.partial, in: .seconds(20), at: Date(timeIntervalSince1970: 2.5))
        let lines = text(of: metrics)
        let name = "kubeproxy_sync_proxy_rules_duration_seconds"
        #expect(lines.contains("\(name)_bucket{ip_family=\"IPv4\",le=\"0.002\"} 0"))
        #expect(lines.contains("\(name)_bucket{ip_family=\"IPv4\",le=\"0.004\"} 1"))
        #expect(lines.contains("\(name)_bucket{ip_family=\"IPv6\",le=\"16.384\"} 1"))
        #expect(lines.contains("\(name)_bucket{ip_family=\"IPv6\",le=\"+Inf\"} 2"))
        #expect(lines.contains("\(name)_count{ip_family=\"IPv6\"} 2"))
        #expect(lines.contains("kubeproxy_sync_full_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"} 1"))
        #expect(lines.contains("kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family=\"IPv4\"} 2.5"))
    }

    @Test("changes are counted by kind, Nodes not at all")
    func changes() {
        var metrics = ProxyMetrics()
        metrics.count([.set(service("web")), removed(service("api")), .set(node("n1"))])
        let lines = text(of: metrics)
        #expect(lines.contains("kubeproxy_sync_proxy_rules_service_changes_total 2"))
        #expect(lines.contains("kubeproxy_sync_proxy_rules_endpoint_changes_total 0"))
    }

    @Test("every metric has its type before its samples, once")
    func types() {
        let types = text(of: ProxyMetrics()).filter { $0.hasPrefix("# TYPE") }
        #expect(Set(types).count == types.count)
        #expect(types.contains("# TYPE rest_client_requests_total counter"))
    }

    @Test("labels are quoted")
    func quoting() {
        #expect(PrometheusText.escaped("a\"b\\c\nd") == #"a\"b\\c\nd"#)
    }

    @Test("rules are counted by table and family, as last written")
    func rules() {
        var metrics = ProxyMetrics()
        metrics.mode = "iptables"
        var report = ProgrammingReport()
        for (family, total) in [(IPFamily.ipv4, 20), (.ipv6, 5)] {
            report.ruleCounts.append(RuleCount(family: family, table: "nat", total: total, written: total))
        }
        metrics.wrote(report)
        report.ruleCounts = [RuleCount(family: .ipv4, table: "nat", total: 22, written: 3)]
        metrics.wrote(report)
        metrics.wrote(ProgrammingReport())
        let lines = text(of: metrics)
        let name = "kubeproxy_sync_proxy_rules_iptables"
        #expect(lines.contains("\(name)_total{ip_family=\"IPv4\",table=\"nat\"} 22"))
        #expect(lines.contains("\(name)_last{ip_family=\"IPv4\",table=\"nat\"} 3"))
        #expect(lines.contains("\(name)_total{ip_family=\"IPv6\",table=\"nat\"} 5"))
        #expect(lines.contains("\(name)_last{ip_family=\"IPv6\",table=\"nat\"} 5"))
    }

    @Test("counters of rules are read on request; an unreadable one has a reason instead of a number")
    func packetCounters() {
        let dataplane = FakeDataplane()
        dataplane.count(.invalidPackets, 7)
        let name = "kubeproxy_iptables_ct_state_invalid_dropped_packets_total"
        #expect(PacketCounterMetrics.text(dataplane, mode: "iptables").contains("\n\(name) 7\n"))
        #expect(PacketCounterMetrics.text(dataplane, mode: "nftables").isEmpty)
        dataplane.failCounting(DataplaneError(.transient, "cannot read\nthe counters"))
        let text = PacketCounterMetrics.text(dataplane, mode: "iptables")
        #expect(text.contains("# TYPE \(name) counter\n") && !text.contains("\n\(name) "))
        #expect(text.hasSuffix("\n# cannot read the counters\n"))
    }

    @Test("connections are reported by Service port if they are counted")
    func connections() async {
        let service = NamespacedName(namespace: "shop", name: "web")
        let route = RouteKey(name: ServicePortName(service: service, port: "http"), family: .ipv6)
        let status = ProxyStatus()
        #expect(await !status.fullMetricsText().contains("servicelet_service_connections_total"))
        status.connections.withLock { $0 = FixedTotals(values: [route: 42]) }
        let labels = #"namespace="shop",service="web",port="http",protocol="TCP",ip_family="IPv6""#
        #expect(await status.fullMetricsText().contains("\nservicelet_service_connections_total{\(labels)} 42\n"))
    }
}

private struct FixedTotals: ConnectionTotals {
    var values: [RouteKey: UInt64]
    func totals() async -> [RouteKey: UInt64] { values }
}
