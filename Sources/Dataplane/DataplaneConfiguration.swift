package import InternetAddresses

/// The operator's settings for all data planes.
package struct DataplaneConfiguration: Sendable, Hashable {
    /// How to recognise traffic from the node's own pods (`--detect-local-mode`).
    package var localTraffic: LocalTraffic

    /// The bit of the packet mark that asks for masquerading, as a number with this bit alone
    /// (`nftables.masqueradeBit`, 14 by default).
    package var masqueradeMark: UInt32

    package init(localTraffic: LocalTraffic = .unknown, masqueradeMark: UInt32 = 1 << 14) {
        self.localTraffic = localTraffic
        self.masqueradeMark = masqueradeMark
    }
}

/// Which connections come from the pod network: these keep their source address on the way to a clusterIP.
package enum LocalTraffic: Sendable, Hashable {
    /// Unknown: no connection to a clusterIP is masqueraded, except for hairpins.
    case unknown
    /// It comes from an address in one of these networks (`ClusterCIDR`, `NodeCIDR`).
    case networks([IPNetwork])
    /// It comes in through this interface (`BridgeInterface`).
    case bridge(String)
    /// It comes in through an interface whose name has this prefix (`InterfaceNamePrefix`).
    case interfacePrefix(String)

    /// The networks of one family; empty if the mode is not by network.
    package func networks(of family: IPFamily) -> [IPNetwork] {
        guard case .networks(let networks) = self else { return [] }
        return networks.filter { $0.family == family }
    }
}
