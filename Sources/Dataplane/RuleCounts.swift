package import InternetAddresses

/// The number of a mode's rules in one table of the kernel.
package struct RuleCount: Sendable, Hashable {
    package var family: IPFamily
    /// `filter` or `nat`.
    package var table: String
    /// The mode's rules in the table.
    package var total: Int
    /// The rules written by the last programming.
    package var written: Int

    package init(family: IPFamily, table: String, total: Int, written: Int) {
        self.family = family
        self.table = table
        self.total = total
        self.written = written
    }
}

/// A kernel counter for some rules of a mode, with kube-proxy's name (`nfacct list`).
package enum PacketCounter: String, Sendable, Hashable, CaseIterable {
    /// Packets dropped because conntrack considers them invalid.
    case invalidPackets = "ct_state_invalid_dropped_pkts"
    /// Packets to node ports on 127.0.0.1.
    case localhostNodePorts = "localhost_nps_accepted_pkts"
}
