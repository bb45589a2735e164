import DaemonKit
import Foundation
import KubernetesAPI
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

    @Test("durations are counted in kube-proxy's buckets, for each IP family")
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
}
