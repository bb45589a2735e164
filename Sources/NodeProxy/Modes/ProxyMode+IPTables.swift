import Dataplane
import IPTables
import IPTablesDataplane
import InternetAddresses
import ServiceRouting

extension ProxyMode {
    /// `iptables-restore`, with exactly kube-proxy's rules. See docs/iptables.md.
    package static let iptables: ProxyMode = ProxyMode(
        name: "iptables", opensEveryAddress: true, matchesAnyAddress: true, minimumInterval: .seconds(1),
        makeDataplane: { (configuration, _) throws(DataplaneError) in
            try IPTablesDataplane(configuration: configuration.iptables)
        },
        prepareNode: { (configuration) throws(DataplaneError) in
            let opensLoopback = configuration.nodePorts.opensLoopback(.ipv4)
            try IPTablesDataplane.prepareNode(configuration.iptables, opensLoopback: opensLoopback)
        },
        cleanUp: { (_) throws(DataplaneError) in try await IPTablesDataplane.cleanUp() },
        removeLeftovers: { (current, _) throws(DataplaneError) in
            // kube-proxy programs the same rules in this mode.
            if current != .iptables { try await IPTablesDataplane.cleanUp(keeping: current.ownedRules) }
        },
        inspect: { () throws(DataplaneError) in try await IPTablesDataplane.inspect() },
        audit: { (snapshot, scope, configuration, _) throws(DataplaneError) in
            try await IPTablesDataplane.audit(snapshot, scope, configuration?.iptables)
        })
}
