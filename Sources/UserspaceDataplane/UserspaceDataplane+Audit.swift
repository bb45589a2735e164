import CLinux
package import Dataplane
import InternetAddresses
import Logging
import NFTables
import Netlink
import Routes
package import ServiceRouting

extension UserspaceDataplane {
    /// Compares what the proxy of this mode serves in the network namespace of `executor`, and what leads connections
    /// to it, with a snapshot. Changes nothing.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> KernelAudit {
        try await UserspaceDataplane(executor: executor, logger: Logger(label: "audit"), whenDrained: {})
            .compare(snapshot, scope)
    }

    private func compare(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope
    ) throws(DataplaneError) -> KernelAudit {
        guard let running = Predecessor(patience: 1) else { return KernelAudit(isProgrammed: false) }
        guard var entries = running.inspect() else {
            throw DataplaneError(
                .transient,
                "the userspace proxy that runs here does not say what it serves; is it stopped, or of another version?")
        }
        let redirected = Set(entries.lazy.filter(\.isRedirected).map(\.frontend.place.family))
        let expected = snapshot.routes.flatMap { route in route.frontends.map { InspectedFrontend($0, of: route) } }
        if !scope.isWhole {
            let places = Set(expected.map(\.place))
            entries.removeAll { !places.contains($0.frontend.place) }
        }
        // Where nobody is to be served nobody listens, and the kernel refuses by itself.
        let served = Set(entries.map(\.frontend.place))
        let found =
            entries.map(\.frontend)
            + expected.filter { $0.inside == .refuse && $0.outside == .refuse && !served.contains($0.place) }
        var audit = KernelAudit(isProgrammed: true, frontendCount: found.count)
        audit.discrepancies = FrontendDiscrepancy.all(found, against: snapshot)
        do throws(NetlinkError) {
            var routes = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            let own = Set(try routes.addresses().map(\.address))
            audit.damage = try Self.damage(entries.filter(\.isRedirected), in: redirected, snapshot, own: own, scope)
            audit.damage += try Self.missingRoutes(of: entries.filter { !$0.isRedirected }, own: own, &routes)
        } catch {
            throw DataplaneError(.transient, "cannot read how connections reach the proxy: \(error)", cause: error)
        }
        return audit
    }

    /// What is wrong with the tables of some families, which lead connections to the proxy's ports.
    private static func damage(
        _ entries: [ListenerText.Entry], in families: Set<IPFamily>, _ snapshot: RoutingSnapshot, own: Set<IPAddress>,
        _ scope: AuditScope
    ) throws(NetlinkError) -> [KernelAudit.Damage] {
        var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        var damage: [KernelAudit.Damage] = []
        for family in IPFamily.allCases where families.contains(family) {
            let audit = RedirectAudit(
                family, entries.filter { $0.frontend.place.family == family }, snapshot, own: own, scope)
            damage += try audit.damage(&connection)
        }
        return damage
    }

    /// The addresses that packets are to be delivered at, and that the machine does not have.
    private static func missingRoutes(
        of entries: [ListenerText.Entry], own: Set<IPAddress>, _ routes: inout RoutesConnection
    ) throws(NetlinkError) -> [KernelAudit.Damage] {
        guard !entries.isEmpty else { return [] }
        let present = own.union(try routes.localRoutes(madeBy: LocalAddresses.origin).map(\.address))
        return Set(entries.compactMap(\.frontend.place.address)).subtracting(present).sorted().map { address in
            let places = Set(entries.map(\.frontend.place).filter { $0.address == address })
            return KernelAudit.Damage(
                "this machine has neither the address \(address) nor a local route to it", places: places)
        }
    }
}
