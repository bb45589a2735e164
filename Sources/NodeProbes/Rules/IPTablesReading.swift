import Diagnosis
import InternetAddresses

/// Reads the tables of iptables, of one IP family.
struct IPTablesReading {
    static let tables: Set<String> = ["raw", "mangle", "nat", "filter", "security"]
    private static let baseChains = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
    /// The chains that are followed at most, where they are asked for one by one.
    private static let followLimit = 200

    private let family: IPFamily
    /// Whether there are so many chains that whole tables take too long.
    private let isLarge: Bool

    init(_ family: IPFamily, isLarge: Bool) {
        self.family = family
        self.isLarge = isLarge
    }

    private var program: String { family == .ipv4 ? "iptables" : "ip6tables" }

    /// The tables of the nft back end.
    func nft(_ names: [String], _ facts: inout FilterFacts) -> [FilterTable] {
        guard isLarge else {
            guard let text = PrintedText.of(["\(program)-nft-save"], &facts) else { return [] }
            return IPTablesListing.read(text, family)
        }
        return names.sorted().flatMap { name in IPTablesListing.read(followed(name), family) }
    }

    /// The tables of the legacy back end. Those that the kernel has not loaded are not asked for: that would load them.
    ///
    /// The table nat does not drop, iptables itself keeps it from that; and Services have most of their rules there.
    func legacy(_ facts: inout FilterFacts) -> [FilterTable] {
        let file = family == .ipv4 ? "ip_tables_names" : "ip6_tables_names"
        let names = (SystemFile.text("/proc/thread-self/net/\(file)") ?? "").split(separator: "\n").map(String.init)
        return names.filter { $0 != "nat" }.flatMap { name in
            let text = PrintedText.of(["\(program)-legacy-save", "-t", name], &facts)
            return text.map { IPTablesListing.read($0, family) } ?? []
        }
    }

    /// A table as far as packets get: from the kernel's chains to all that they lead to, except for chains of Services.
    private func followed(_ table: String) -> String {
        var text = "*\(table)\n"
        var waiting = Self.baseChains
        var seen = Set(waiting)
        while let chain = waiting.popLast(), seen.count < Self.followLimit {
            guard let rules = PrintedText.ifAny(["\(program)-nft", "-w", "5", "-t", table, "-S", chain]) else {
                continue
            }
            text += rules
            for target in Self.targets(in: rules) where !isOfServices(target, in: table) && seen.insert(target).inserted
            {
                waiting.append(target)
            }
        }
        return text
    }

    private func isOfServices(_ chain: String, in table: String) -> Bool { table == "nat" && chain.hasPrefix("KUBE-") }

    /// The chains to which rules lead. What iptables itself does with packets is written like the name of a chain.
    static func targets(in rules: String) -> [String] {
        rules.split(separator: "\n").compactMap { line in
            var words = IPTablesWords(line)
            while let word = words.next() {
                guard word == "-j" || word == "-g", let target = words.next() else { continue }
                return builtIn.contains(target) ? nil : target
            }
            return nil
        }
    }

    /// Whether a target is one of iptables' own, not a chain.
    static func isBuiltIn(_ target: String) -> Bool { builtIn.contains(target) }

    private static let builtIn: Set<String> = [
        "ACCEPT", "AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CONNSECMARK", "CT", "DNAT", "DROP", "DSCP", "LOG",
        "MARK", "MASQUERADE", "NETMAP", "NFLOG", "NFQUEUE", "NOTRACK", "REDIRECT", "REJECT", "RETURN", "SECMARK", "SET",
        "SNAT", "TCPMSS", "TOS", "TPROXY", "TRACE", "TTL",
    ]
}
