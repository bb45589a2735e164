import DaemonKit
import Dataplane
import FoundationEssentials
import InternetAddresses
package import KubernetesClient
import ServiceRouting

extension ProxyMetrics {
    /// All metrics in Prometheus' text format, with kube-proxy's and client-go's names.
    ///
    /// Both IP families are programmed together, so metrics that kube-proxy has by `ip_family` are the same for both.
    package func text(requests: RequestMetrics.Snapshot) -> String {
        var text = PrometheusText()
        writeProgramming(to: &text)
        writeChanges(to: &text)
        writeHealth(to: &text)
        writeConntrack(to: &text)
        writeMode(to: &text)
        text.counter(
            "servicelet_programming_failures_total", help: "Programmings that failed and were retried",
            failures.values.reduce(0, +))
        text.counter("servicelet_repairs_total", help: "Repairs of rules that another program had altered", repairs)
        requests.write(to: &text)
        return text.text
    }

    private func writeProgramming(to text: inout PrometheusText) {
        for (infix, help, extents) in [
            ("", "How long programming took, in seconds", [.full, .partial]),
            ("full_", "How long programming everything took, in seconds", [.full]),
            ("partial_", "How long programming a change took, in seconds", [.partial]),
        ] as [(String, String, [Extent])] {
            text.histograms("kubeproxy_sync_\(infix)proxy_rules_duration_seconds", help: help) { _ in
                extents.compactMap { durations[$0] }.reduce(Histogram(), +)
            }
        }
        text.histograms(
            "kubeproxy_network_programming_duration_seconds",
            help: "Seconds from the change of a pod or Service until the rules for it were in force"
        ) { _ in networkProgramming }
        for (name, help, time) in [
            ("last_timestamp_seconds", "The last time proxy rules were programmed", lastProgrammed),
            ("last_queued_timestamp_seconds", "The last time a programming of proxy rules was queued", lastQueued),
        ] {
            text.families("kubeproxy_sync_proxy_rules_\(name)", type: "gauge", help: help) { _ in
                "\(time?.timeIntervalSince1970 ?? 0)"
            }
        }
    }

    private func writeChanges(to text: inout PrometheusText) {
        let prefix = "kubeproxy_sync_proxy_rules_"
        text.counter("\(prefix)service_changes_total", help: "Changes of Services taken in", serviceChanges)
        text.counter("\(prefix)endpoint_changes_total", help: "Changes of EndpointSlices taken in", sliceChanges)
        text.family("\(prefix)service_changes_pending", type: "gauge", help: "Changes of Services not yet programmed")
        text.sample("\(prefix)service_changes_pending", [:], "\(pendingServiceChanges)")
        text.family(
            "\(prefix)endpoint_changes_pending", type: "gauge", help: "Changes of EndpointSlices not yet programmed")
        text.sample("\(prefix)endpoint_changes_pending", [:], "\(pendingSliceChanges)")
        let name = "\(prefix)no_local_endpoints_total"
        text.family(
            name, type: "gauge", help: "Service ports with a traffic policy Local and all endpoints on other nodes")
        for family in IPFamily.allCases {
            for (policy, count) in [
                ("external", shortages.underExternalPolicy(family)),
                ("internal", shortages.underInternalPolicy(family)),
            ] {
                text.sample(name, ["ip_family": "\(family)", "traffic_policy": policy], "\(count)")
            }
        }
    }

    private func writeConntrack(to text: inout PrometheusText) {
        text.families(
            "kubeproxy_conntrack_reconciler_deleted_entries_total", type: "counter",
            help: "Stale UDP connections that were removed"
        ) { "\(removedConnections[$0] ?? 0)" }
        text.histograms(
            "kubeproxy_conntrack_reconciler_sync_duration_seconds",
            help: "How long looking for stale UDP connections took, in seconds"
        ) { conntrackDurations[$0] ?? Histogram() }
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

    /// Metrics that kube-proxy has in one mode only.
    private func writeMode(to text: inout PrometheusText) {
        let (full, partial) = (failures[.full] ?? 0, failures[.partial] ?? 0)
        switch mode {
        case "iptables":
            text.counter(
                "kubeproxy_sync_proxy_rules_iptables_restore_failures_total",
                help: "Programmings of everything that failed", full)
            text.counter(
                "kubeproxy_sync_proxy_rules_iptables_partial_restore_failures_total",
                help: "Programmings of a change that failed", partial)
            writeRuleCounts(to: &text)
        case "nftables":
            text.families(
                "kubeproxy_sync_proxy_rules_nftables_sync_failures_total", type: "counter",
                help: "Programmings that failed"
            ) { _ in "\(full + partial)" }
            text.families(
                "kubeproxy_sync_proxy_rules_nftables_cleanup_failures_total", type: "counter",
                help: "Removals of what another mode left that failed"
            ) { _ in "\(cleanupFailures)" }
        default: break
        }
    }

    private func writeRuleCounts(to text: inout PrometheusText) {
        let counts = ruleCounts.values.sorted { ("\($0.family)", $0.table) < ("\($1.family)", $1.table) }
        for (suffix, help, value) in [
            ("total", "Rules of the proxy in the kernel", \.total),
            ("last", "Rules that the last programming wrote", \.written),
        ] as [(String, String, KeyPath<RuleCount, Int>)] {
            let name = "kubeproxy_sync_proxy_rules_iptables_\(suffix)"
            text.family(name, type: "gauge", help: help)
            for count in counts {
                text.sample(
                    name, ["ip_family": "\(count.family)", "table": count.table], "\(count[keyPath: value])")
            }
        }
    }
}
