package import Dataplane
package import InternetAddresses

/// What the operator has settled for the mode `iptables`; the defaults are those of `KubeProxyConfiguration`.
package struct IPTablesConfiguration: Sendable, Hashable {
    package var dataplane: DataplaneConfiguration
    /// Which bit of the packet mark asks for masquerading, 0 to 31 (`--iptables-masquerade-bit`).
    package var masqueradeBit: UInt8
    /// Whether node ports are open on 127.0.0.1 too (`--iptables-localhost-nodeports`). The kernel then routes packets
    /// with loopback addresses (`route_localnet`), and a rule keeps those from outside away.
    package var localhostNodePorts: Bool
    /// On which of the node's addresses node ports are open (`--nodeport-addresses`).
    package var nodePortAddresses: NodePortAddresses
    /// Whether packets that conntrack cannot place are let through (`--conntrack-tcp-be-liberal`); otherwise they are
    /// dropped, because their endpoint would answer with a reset.
    package var acceptsInvalidPackets: Bool

    package init(
        dataplane: DataplaneConfiguration = DataplaneConfiguration(), masqueradeBit: UInt8 = 14,
        localhostNodePorts: Bool = true, nodePortAddresses: NodePortAddresses = .all,
        acceptsInvalidPackets: Bool = false
    ) {
        self.dataplane = dataplane
        self.masqueradeBit = masqueradeBit
        self.localhostNodePorts = localhostNodePorts
        self.nodePortAddresses = nodePortAddresses
        self.acceptsInvalidPackets = acceptsInvalidPackets
    }
}

/// Where node ports are open.
package enum NodePortAddresses: Sendable, Hashable {
    /// On all addresses of the node.
    case all
    /// On the node's InternalIPs, one for each family.
    case primary
    /// On the addresses in these networks; for a family without a network, on all.
    case networks([IPNetwork])

    /// Whether `address` is one of the node's addresses on which node ports are open.
    func contains(_ address: IPAddress, primary: [IPAddress]) -> Bool {
        switch self {
        case .all: true
        case .primary: primary.contains(address)
        case .networks:
            includesAll(of: address.family) || networks(of: address.family).contains { $0.contains(address) }
        }
    }

    /// Whether node ports are open on every address of a family, so that no address has to be named.
    func includesAll(of family: IPFamily) -> Bool {
        switch self {
        case .all: true
        case .primary: false
        case .networks: networks(of: family).isEmpty || networks(of: family).contains { $0.prefixLength == 0 }
        }
    }

    /// Whether 127.0.0.1 is among them.
    var includesLocalhost: Bool { contains(IPAddress(ipv4: 0x7F00_0001), primary: []) }

    private func networks(of family: IPFamily) -> [IPNetwork] {
        guard case .networks(let networks) = self else { return [] }
        return networks.filter { $0.family == family }
    }
}
