import Dataplane
import Logging
import NFTablesDataplane

extension ProxyMode {
    /// nf_tables through netlink. See docs/nftables.md.
    package static let nftables: ProxyMode = ProxyMode(
        name: "nftables", opensEveryAddress: false,
        makeDataplane: { (configuration, logger) throws(DataplaneError) in
            try NFTablesDataplane(configuration: configuration.dataplane, logger: logger)
        },
        cleanUp: { (logger) throws(DataplaneError) in
            try NFTablesDataplane.cleanUp(.both, logger: logger)
        },
        removeLeftovers: { (current, logger) throws(DataplaneError) in
            try NFTablesDataplane.cleanUp(current == .nftables ? .kubeProxys : .both, logger: logger)
        },
        inspect: { () throws(DataplaneError) in try NFTablesDataplane.inspect() },
        audit: { (snapshot, scope, configuration, logger) throws(DataplaneError) in
            try NFTablesDataplane.audit(snapshot, scope, configuration?.dataplane, logger: logger)
        })
}
