/// A table of iptables that proxies program.
package enum Table: String, Sendable, Hashable, CaseIterable {
    case mangle, filter, nat
}

/// A rule that attaches one of our chains to one of the kernel's.
package struct Jump: Sendable, Hashable {
    package var table: Table
    /// The kernel's chain: `PREROUTING`, …
    package var from: String
    /// The matches, with a trailing space; empty for every packet.
    package var match: String
    package var to: String
    /// Whether kubelet programs the same rule and still needs it after our cleanup.
    package var isKubelets: Bool

    package init(table: Table, from: String, match: String, to: String, isKubelets: Bool = false) {
        self.table = table
        self.from = from
        self.match = match
        self.to = to
        self.isKubelets = isKubelets
    }

    /// The rule as `iptables-save` prints it: `-A PREROUTING … -j KUBE-SERVICES`.
    package var rule: String { "-A \(rest)" }

    /// The rule without its verb: `PREROUTING … -j KUBE-SERVICES`.
    package var rest: String { "\(from) \(match)-j \(to)" }
}
