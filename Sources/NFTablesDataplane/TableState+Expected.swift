import Dataplane
import InternetAddresses
import NFTables
import ServiceRouting

/// Enumerates all elements that the table should hold, for comparison with the kernel.
extension TableState {
    /// Calls `body` with each element except those of ``SetID/endpoints``.
    func forEachElement(_ body: (SetID, ElementKey, ElementValue, String) -> Void) {
        for (key, route) in routes {
            let name = key.comment
            for (frontend, plan) in route.plans(knowsPods: knowsPods) {
                body(.services, .frontend(frontend), .routeClass(plan.ordinary.id), name)
                if let inside = plan.inside { body(.inside, .frontend(frontend), .routeClass(inside.id), "") }
                if let outside = plan.outside { body(.outside, .frontend(frontend), .routeClass(outside.id), "") }
                for network in plan.sources { body(.allowedSources, .source(frontend, network), .none, "") }
            }
        }
        for address in clusterIPs.inUse { body(.clusterIPs, .address(address), .none, "") }
        for address in hairpins.inUse { body(.hairpin, .hairpin(address), .none, "") }
        for routeClass in openClasses { body(.dispatch, .routeClass(routeClass.id), .verdict(routeClass.verdict), "") }
    }

    /// The backends of each frontend in their slots.
    func forEachFrontend(_ body: (FrontendKey, _ slots: [(list: RouteClass.Backends, slots: SlotList)]) -> Void) {
        for route in routes.values {
            for (frontend, plan) in route.plans(knowsPods: knowsPods) {
                body(frontend, plan.lists(route).map { ($0, route.slots(of: $0)) })
            }
        }
    }

    /// All chains that the table should have, jump targets first.
    var chains: [(chain: Chain, rules: [Rule])] {
        let fixed = Layout.rules(context).filter { hasBaseChains || $0.chain.hook == nil }
        let sticky = stickyLists.sorted { $0.key < $1.key }.map { ($0.chain, $1.rules($0, context)) }
        let classes = openClasses.sorted { $0.id < $1.id }.compactMap { routeClass in
            routeClass.chain.map { ($0, routeClass.rules(context)) }
        }
        return fixed + sticky + classes
    }

    /// The change that makes these the table's routes.
    func change(to snapshot: RoutingSnapshot) -> RoutingChange {
        var change = RoutingChange(serviceNetworks: snapshot.serviceNetworks)
        var kept = 0
        for route in snapshot.routes where route.key.family == family {
            let present = routes[route.key]?.route
            if present != nil { kept += 1 }
            if present != route { change.entries.append(.init(key: route.key, old: present, new: route)) }
        }
        guard kept < routes.count else { return change }
        let wanted = Set(snapshot.routes.lazy.map(\.key))
        for (key, route) in routes where !wanted.contains(key) {
            change.entries.append(.init(key: key, old: route.route, new: nil))
        }
        return change
    }

    /// All sets that the table should have.
    var sets: [NamedSet] { Layout.sets + stickyLists.keys.sorted().map(\.affinity) }

    /// The route of a frontend. Searches all of them.
    func owner(of frontend: FrontendKey) -> RouteKey? {
        routes.first { $0.value.plans(knowsPods: knowsPods).contains { $0.frontend == frontend } }?.key
    }
}
