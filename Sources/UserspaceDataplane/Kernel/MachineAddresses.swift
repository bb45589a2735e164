import CLinux
import Dataplane
import InternetAddresses
import Netlink
import Routes

/// Reads the properties of this machine that decisions depend on. Calls block.
struct MachineAddresses: ~Copyable {
    private var connection: RoutesConnection

    /// Where ipvs mode, servicelet's or kube-proxy's, has the addresses of Services. They are not the machine's own:
    /// they go when the mode changes.
    private static let serviceInterface = "kube-ipvs0"

    init() throws(NetlinkError) {
        connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
    }

    /// The machine as it is now.
    mutating func view(_ localTraffic: LocalTraffic) throws(NetlinkError) -> MachineView {
        let before = try connection.link(named: Self.serviceInterface)?.index
        let all = try connection.addresses()
        // The interface may have come or gone meanwhile.
        let after = try connection.link(named: Self.serviceInterface)?.index
        let addresses = all.filter { $0.linkIndex != before && $0.linkIndex != after }
        var view = MachineView(addresses: Set(addresses.map(\.address)))
        switch localTraffic {
        case .unknown: break
        case .networks(let networks): view.podNetworks = networks
        case .bridge(let name): view.podNetworks = try networks(addresses) { $0 == name }
        case .interfacePrefix(let prefix): view.podNetworks = try networks(addresses) { $0.hasPrefix(prefix) }
        }
        return view
    }

    /// The networks of interfaces: a socket does not tell through which interface a connection came.
    private mutating func networks(
        _ addresses: [InterfaceAddress], _ isWanted: (String) -> Bool
    ) throws(NetlinkError) -> [IPNetwork] {
        let links = Set(try connection.links().filter { isWanted($0.name) }.map(\.index))
        return addresses.filter { links.contains($0.linkIndex) }.compactMap {
            IPNetwork(containing: $0.address, prefixLength: Int($0.prefixLength))
        }
    }
}
