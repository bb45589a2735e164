import InternetAddresses
import ServiceRouting

extension Case {
    /// Settings and limits of the machine that keep packets from being forwarded.
    func machineFindings(_ facts: NodeFacts) -> [Finding] {
        var families = families
        // A node whose backends are all local processes forwards nothing.
        families = families.filter { family in
            backends.contains { $0.address.family == family && facts.ways[$0.address]?.route?.isLocal != true }
        }
        let local = Set(
            passages.flatMap(\.backends).filter(\.isLocal).compactMap { facts.ways[$0.address]?.route?.device })
        let devices = Set(
            passages.filter { !$0.isFromNode }.flatMap(\.backends).compactMap { facts.ways[$0.address]?.route }
                .filter { !$0.isLocal }.map(\.device))
        let findings =
            facts.forwardingFindings(families) + facts.forwardingFindings(devices: devices)
            + facts.reversePathFindings(isBackendSilent: hasSilentBackend(facts))
            + facts.bridgeFindings(devices: local, families: families) + facts.conntrackTableFindings
        guard findings.isEmpty else { return findings }
        return facts.settings.isEmpty ? [] : [.ok("packets are forwarded; \(facts.conntrackText)")]
    }

    func hasSilentBackend(_ facts: NodeFacts) -> Bool {
        backends.contains { if case .silent = facts.answers[$0]?.outcome { true } else { false } }
    }
}

extension NodeFacts {
    func forwardingFindings(_ families: Set<IPFamily>) -> [Finding] {
        IPFamily.allCases.filter(families.contains).compactMap { family in
            let path = family == .ipv4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"
            guard settings[path] == "0" else { return nil }
            let name = path.split(separator: "/").joined(separator: ".")
            return Finding(
                .broken, .forwardingOff, "this machine does not forward \(family) packets, so none reach a pod",
                proof: "\(name) is 0", remedy: "sysctl -w \(name)=1, and set it in /etc/sysctl.d")
        }
    }

    /// IPv4 alone has a switch for each interface, for packets that come in there.
    func forwardingFindings(devices: Set<String>) -> [Finding] {
        guard settings["net/ipv4/ip_forward"] == "1" else { return [] }
        return devices.sorted().filter { settings["net/ipv4/conf/\($0)/forwarding"] == "0" }.map { device in
            let name = "net.ipv4.conf.\(device).forwarding"
            return Finding(
                .broken, .forwardingOff,
                "this machine does not forward IPv4 packets that come in on \(device), so answers from there reach "
                    + "nobody else",
                proof: "\(name) is 0", remedy: "sysctl -w \(name)=1, and set it in /etc/sysctl.d")
        }
    }

    /// Strict filters alone are not a fault: they only drop packets on asymmetric paths.
    func reversePathFindings(isBackendSilent: Bool) -> [Finding] {
        guard let drops = reversePathDrops, drops.during > 0, !strictInterfaces.isEmpty else { return [] }
        let interfaces = list(strictInterfaces)
        return [
            Finding(
                .broken, .reversePathFilter,
                "the reverse path filter drops packets that come in on another interface than the way back leads out "
                    + "of",
                proof:
                    "rp_filter is strict (1) on \(interfaces); \(drops.during) packets were dropped while the backends "
                    + "were asked (IPReversePathFilter)",
                remedy:
                    "make the routes symmetric, or set net.ipv4.conf.INTERFACE.rp_filter to 2 (loose), also for “all”")
        ]
    }

    /// The interfaces with a strict filter: the kernel uses the maximum of the interface's value and that of `all`.
    private var strictInterfaces: [String] {
        let all = settings["net/ipv4/conf/all/rp_filter"].flatMap { Int($0) } ?? 0
        return settings.compactMap { path, value -> String? in
            let parts = path.split(separator: "/")
            guard parts.count == 5, parts[4] == "rp_filter", parts[3] != "all", parts[3] != "default", parts[3] != "lo",
                max(all, Int(value) ?? 0) == 1
            else { return nil }
            return String(parts[3])
        }.sorted()
    }

    /// Replies between two pods on one bridge must pass the rules that undo the translation.
    func bridgeFindings(devices: Set<String>, families: Set<IPFamily>) -> [Finding] {
        let bridges = devices.filter { settings["class/net/\($0)/bridge"] != nil }.sorted()
        guard !bridges.isEmpty else { return [] }
        return IPFamily.allCases.filter(families.contains).compactMap { family in
            let name = family == .ipv4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables"
            let value = settings["net/bridge/\(name)"]
            guard value != "1" else { return nil }
            return Finding(
                .broken, .bridgeFilterOff,
                "pods on the bridge \(list(bridges)) get answers past the rules that translate them, so connections "
                    + "to a "
                    + "Service between them fail",
                proof: value.map { "net.bridge.\(name) is \($0)" } ?? "the module br_netfilter is not loaded",
                remedy: (value == nil ? "modprobe br_netfilter; " : "") + "sysctl -w net.bridge.\(name)=1")
        }
    }

    /// The fraction of the table that counts as nearly full.
    private static let fullness = 0.95

    var conntrackTableFindings: [Finding] {
        guard let count = conntrack.count, let limit = conntrack.limit, limit > 0 else { return [] }
        guard Double(count) >= Double(limit) * Self.fullness else { return [] }
        let isFull = count >= limit
        return [
            Finding(
                .broken, isFull ? .conntrackFull : .conntrackNearlyFull,
                isFull
                    ? "the table of tracked connections is full, so packets of new connections are dropped"
                    : "the table of tracked connections is nearly full; packets of new connections will be dropped",
                proof: "\(count) of \(limit) entries"
                    + (conntrack.drops > 0 ? ", \(conntrack.drops) packets dropped so far" : ""),
                remedy: "raise net.netfilter.nf_conntrack_max, or find out who opens so many connections (conntrack -L)"
            )
        ]
    }

    var conntrackText: String {
        guard let count = conntrack.count, let limit = conntrack.limit else { return "no connection tracking seen" }
        return "\(count) of \(limit) connections tracked"
    }
}
