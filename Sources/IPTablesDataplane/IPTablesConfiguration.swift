package import Dataplane

/// The configuration of the iptables mode. Defaults are those of `KubeProxyConfiguration`.
package struct IPTablesConfiguration: Sendable, Hashable {
    package var dataplane: DataplaneConfiguration
    /// The bit of the packet mark that requests masquerading, 0 to 31 (`--iptables-masquerade-bit`).
    package var masqueradeBit: UInt8
    /// Whether node ports are also open on 127.0.0.1 (`--iptables-localhost-nodeports`). The kernel then routes packets
    /// with loopback addresses (`route_localnet`), and a rule drops those from outside.
    package var localhostNodePorts: Bool
    /// Whether conntrack treats TCP packets outside the window as valid (`--conntrack-tcp-be-liberal`). Otherwise
    /// invalid packets are dropped, because their endpoint would answer with a reset.
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
