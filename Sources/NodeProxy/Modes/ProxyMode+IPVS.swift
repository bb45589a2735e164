import Dataplane
import IPTables
import IPTablesDataplane
import IPVSDataplane

extension ProxyMode {
    /// Virtual servers in the kernel, as kube-proxy programs them. See docs/ipvs.md.
    package static let ipvs: ProxyMode = ProxyMode(
        name: "ipvs", opensEveryAddress: true,
        makeDataplane: { (configuration, _) throws(DataplaneError) in
            try IPVSDataplane(configuration: configuration.ipvs)
        },
        prepareNode: { (configuration) throws(DataplaneError) in
            try IPVSDataplane.prepareNode(configuration.ipvs)
        },
        cleanUp: { (_) throws(DataplaneError) in try await IPVSDataplane.cleanUp() },
        removeLeftovers: { (current, _) throws(DataplaneError) in
            if current != .ipvs { try await IPVSDataplane.cleanUp(keeping: current.ownedRules, patience: .seconds(10)) }
        },
        inspect: { () throws(DataplaneError) in try await IPVSDataplane.inspect() },
        audit: { (snapshot, scope, configuration, _) throws(DataplaneError) in
            try await IPVSDataplane.audit(snapshot, scope, configuration?.ipvs)
        })

    /// The chains shared with another mode, which must stay while that is in force.
    var ownedRules: OwnedRules {
        switch name {
        case Self.iptables.name: IPTablesDataplane.ownedRules
        case Self.ipvs.name: IPVSDataplane.ownedRules
        default: OwnedRules()
        }
    }
}
