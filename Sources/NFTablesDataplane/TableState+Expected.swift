import InternetAddresses
import NFTables
import ServiceRouting

/// All elements that the table is to hold, told one by one: for comparing with the kernel.
extension TableState {
    /// Calls `body` with each element but those of ``SetID/endpoints``.
    func forEachElement(_ body: (SetID, ElementKey, ElementValue, String) -> Void) {
        for (key, route) in routes {
            let name = key.comment
            for (frontend, plan) in route.frontends {
                let classes = route.classes(of: plan)
                body(.services, .frontend(frontend), .routeClass(classes.ordinary.id), name)
                if let outside = classes.outside { body(.outside, .frontend(frontend), .routeClass(outside.id), name) }
                if plan.masquerades { body(.masquerade, .frontend(frontend), .none, "") }
                if plan.holdsOutsideToLocal { body(.localPolicy, .frontend(frontend), .none, "") }
                if let timeout = route.shape.affinityTimeout { body(.sticky(timeout), .frontend(frontend), .none, "") }
                guard plan.isGuarded else { continue }
                body(.guarded, .frontend(frontend), .none, "")
                for network in route.shape.allowedSources {
                    body(.allowedSources, .source(frontend, network), .none, "")
                }
            }
        }
        for address in clusterIPs.inUse { body(.clusterIPs, .address(address), .none, "") }
        for address in hairpins.inUse { body(.hairpin, .hairpin(address), .none, "") }
        for routeClass in openClasses { body(.dispatch, .routeClass(routeClass.id), .verdict(routeClass.verdict), "") }
    }

    /// The backends that clients of each frontend with session affinity may be remembered with.
    var rememberable: [FrontendKey: Set<Slot>] {
        var backends: [FrontendKey: Set<Slot>] = [:]
        for route in routes.values where route.shape.isSticky {
            for (frontend, plan) in route.frontends { backends[frontend] = route.rememberable(plan) }
        }
        return backends
    }

    /// The backends of each frontend in their slots.
    func forEachFrontend(_ body: (FrontendKey, _ slots: [(list: RouteClass.Backends, slots: SlotList)]) -> Void) {
        for route in routes.values {
            for (frontend, plan) in route.frontends {
                body(frontend, plan.lists.map { ($0, route.slots(of: $0)) })
            }
        }
    }
}
