package import InternetAddresses

/// How many rules a mode that writes rules has in one table of the kernel.
package struct RuleCount: Sendable, Hashable {
    package var family: IPFamily
    /// `filter` or `nat`.
    package var table: String
    /// The mode's rules in the table.
    package var total: Int
    /// Those of them that the last programming wrote.
    package var written: Int

    package init(family: IPFamily, table: String, total: Int, written: Int) {
        self.family = family
        self.table = table
        self.total = total
        self.written = written
    }
}

/// A counter that the kernel keeps for some rules of a mode, under the name that kube-proxy gave it (`nfacct list`).
package enum PacketCounter: String, Sendable, Hashable, CaseIterable {
    /// Packets that were dropped because conntrack cannot place them.
    case invalidPackets = "ct_state_invalid_dropped_pkts"
    /// Packets to node ports on 127.0.0.1.
    case localhostNodePorts = "localhost_nps_accepted_pkts"
}
