import CLinux
import Dataplane
import InternetAddresses
import Netlink
import Routes

/// Reads the properties of this machine that decisions depend on. Calls block.
struct MachineAddresses: ~Copyable {
    private var connection: RoutesConnection

    init() throws(NetlinkError) {
        connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
    }

    /// The machine as it is now.
    mutating func view(_ localTraffic: LocalTraffic) throws(NetlinkError) -> MachineView {
        let addresses = try connection.addresses()
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
