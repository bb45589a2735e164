import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// A route as the table holds it: its frontends as keys, its backends in slots.
struct ProgrammedRoute: Sendable {
    var shape: RouteShape
    var frontends: [FrontendKey: FrontendPlan] = [:]
    /// The frontends that it does not have because another route has them.
    var lost: Set<FrontendKey> = []
    /// The backends under traffic policy Cluster, where a frontend uses them.
    var cluster = SlotList()
    /// This node's own, where a frontend uses those.
    var local = SlotList()
    /// Backends on this node, for hairpins.
    var hairpins: Set<IPAddress> = []

    func slots(of backends: RouteClass.Backends) -> SlotList { backends == .cluster ? cluster : local }

    /// The backends that clients of a frontend may be remembered with.
    func rememberable(_ plan: FrontendPlan) -> Set<Slot> {
        Set(plan.lists.lazy.flatMap { slots(of: $0).slots })
    }

    /// The class of a frontend that leads to a list of backends.
    func routeClass(_ backends: RouteClass.Backends) -> RouteClass {
        let count = slots(of: backends).count
        return count == 0 ? shape.withoutBackends : .pick(count: count, backends, sticky: shape.isSticky)
    }

    /// The class for all connections, and the one for connections from outside where that is another.
    func classes(of plan: FrontendPlan) -> (ordinary: RouteClass, outside: RouteClass?) {
        (routeClass(plan.backends), plan.holdsOutsideToLocal ? routeClass(.local) : nil)
    }
}

/// Everything about a route but its backends.
struct RouteShape: Sendable, Hashable {
    var frontends: [Frontend]
    var transport: TransportProtocol
    var internalTrafficPolicy: Service.TrafficPolicy
    var externalTrafficPolicy: Service.TrafficPolicy
    /// Where there is no backend: refuse or drop.
    var withoutBackends: RouteClass
    /// Seconds for which clients are remembered.
    var affinityTimeout: UInt32?
    var isGuarded: Bool
    var allowedSources: [IPNetwork]

    init(_ route: ServicePortRoute) {
        frontends = route.frontends
        transport = route.key.name.transport
        internalTrafficPolicy = route.internalTrafficPolicy
        externalTrafficPolicy = route.externalTrafficPolicy
        withoutBackends = route.actionWithoutBackends == .drop ? .drop : .refuse
        affinityTimeout = route.affinityTimeout
        isGuarded = route.isGuarded
        allowedSources = route.sourceRanges.disjoint
    }

    var isSticky: Bool { affinityTimeout != nil }

    /// The lists of backends that the frontends use.
    var lists: Set<RouteClass.Backends> { Set(frontends.lazy.flatMap { plan($0.kind).lists }) }

    /// The frontends as the kernel looks them up; a node port is one for each of the node's addresses.
    func plans(nodeAddresses: [IPAddress]) -> [FrontendKey: FrontendPlan] {
        var plans: [FrontendKey: FrontendPlan] = [:]
        for frontend in frontends {
            let plan = plan(frontend.kind)
            for address in frontend.address.map({ [$0] }) ?? nodeAddresses {
                let key = FrontendKey(address: address, port: frontend.port, transport: transport)
                // An address that is named twice keeps its first meaning; frontends are sorted by kind.
                if plans[key] == nil { plans[key] = plan }
            }
        }
        return plans
    }

    private func plan(_ kind: Frontend.Kind) -> FrontendPlan {
        guard kind.isExternal else {
            return FrontendPlan(backends: internalTrafficPolicy == .local ? .local : .cluster, isClusterIP: true)
        }
        return FrontendPlan(
            backends: .cluster, holdsOutsideToLocal: externalTrafficPolicy == .local,
            masquerades: externalTrafficPolicy == .cluster, isGuarded: kind == .loadBalancer && isGuarded)
    }
}

/// What is special about one frontend of a route.
struct FrontendPlan: Sendable, Hashable {
    /// The list that connections go to.
    var backends: RouteClass.Backends
    /// Whether connections from outside go to the node's own backends instead: external traffic policy Local.
    var holdsOutsideToLocal = false
    var isClusterIP = false
    /// Whether every client is masqueraded.
    var masquerades = false
    /// Whether only the route's allowed sources may use it.
    var isGuarded = false

    /// The lists whose slots the frontend has.
    var lists: [RouteClass.Backends] { holdsOutsideToLocal ? [.cluster, .local] : [backends] }
}

extension RouteKey {
    /// What `nft list` shows beside the route's elements: its name, cut to the 127 bytes that nft takes.
    var comment: String { String(name.description.prefix(127)) }
}

extension ServicePortRoute {
    /// Backends on this node that a frontend may lead to.
    var hairpins: Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        for backend in clusterBackends where backend.isLocal { addresses.insert(backend.address) }
        for backend in localBackends where backend.isLocal { addresses.insert(backend.address) }
        return addresses
    }
}
