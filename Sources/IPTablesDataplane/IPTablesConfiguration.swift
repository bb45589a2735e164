package import Dataplane

/// What the operator has settled for the mode `iptables`; the defaults are those of `KubeProxyConfiguration`.
package struct IPTablesConfiguration: Sendable, Hashable {
    package var dataplane: DataplaneConfiguration
    /// Which bit of the packet mark asks for masquerading, 0 to 31 (`--iptables-masquerade-bit`).
    package var masqueradeBit: UInt8
    /// Whether node ports are open on 127.0.0.1 too (`--iptables-localhost-nodeports`). The kernel then routes packets
    /// with loopback addresses (`route_localnet`), and a rule keeps those from outside away.
    package var localhostNodePorts: Bool
    /// Whether packets that conntrack cannot place are let through (`--conntrack-tcp-be-liberal`); otherwise they are
    /// dropped, because their endpoint would answer with a reset.
    package var acceptsInvalidPackets: Bool

    package init(
        dataplane: DataplaneConfiguration = DataplaneConfiguration(), masqueradeBit: UInt8 = 14,
        localhostNodePorts: Bool = true, acceptsInvalidPackets: Bool = false
    ) {
        self.dataplane = dataplane
        self.masqueradeBit = masqueradeBit
        self.localhostNodePorts = localhostNodePorts
        self.acceptsInvalidPackets = acceptsInvalidPackets
    }
}
