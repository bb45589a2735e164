import Dataplane
import Glibc
import UserspaceDataplane

extension ProxyMode {
    /// The process carries every connection itself. See docs/userspace.md.
    package static let userspace: ProxyMode = ProxyMode(
        name: "userspace", opensEveryAddress: true, matchesAnyAddress: true,
        makeDataplane: { (configuration, logger) throws(DataplaneError) in
            try UserspaceDataplane(configuration: configuration.userspace, logger: logger) {
                // Another proxy has taken over: this one stops as if requested.
                kill(getpid(), SIGTERM)
            }
        },
        cleanUp: { (_) throws(DataplaneError) in try await UserspaceDataplane.cleanUp() },
        removeLeftovers: { (current, _) throws(DataplaneError) in
            if current != .userspace { try await UserspaceDataplane.retire() }
        },
        inspect: { () throws(DataplaneError) in try await UserspaceDataplane.inspect() },
        audit: { (snapshot, scope, _, _) throws(DataplaneError) in
            try await UserspaceDataplane.audit(snapshot, scope)
        })
}
