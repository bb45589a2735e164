import DaemonKit
import Dataplane

/// The counters in rules, with kube-proxy's names.
enum PacketCounterMetrics {
    /// Reads from the data plane now. An unreadable counter has no sample, but a comment with the reason; a mode
    /// without such rules has no metric.
    static func text(_ dataplane: (any Dataplane)?, mode: String) -> String {
        guard let dataplane, mode == "iptables" else { return "" }
        var text = PrometheusText()
        var counts: [PacketCounter: UInt64] = [:]
        var comment = ""
        do throws(DataplaneError) { counts = try dataplane.packetCounts() } catch {
            comment = "# \(error.message.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
        }
        for counter in PacketCounter.allCases {
            text.family(counter.metricName, type: "counter", help: counter.help)
            if let count = counts[counter] { text.sample(counter.metricName, [:], "\(count)") }
        }
        return text.text + comment
    }
}

extension PacketCounter {
    fileprivate var metricName: String {
        switch self {
        case .invalidPackets: "kubeproxy_iptables_ct_state_invalid_dropped_packets_total"
        case .localhostNodePorts: "kubeproxy_iptables_localhost_nodeports_accepted_packets_total"
        }
    }

    fileprivate var help: String {
        switch self {
        case .invalidPackets: "Packets dropped because conntrack cannot place them"
        case .localhostNodePorts: "Packets to node ports on 127.0.0.1"
        }
    }
}
