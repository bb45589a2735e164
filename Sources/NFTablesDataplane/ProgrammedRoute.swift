import InternetAddresses
import ServiceRouting

/// A route as the table holds it: its frontends as keys, its backends in slots.
struct ProgrammedRoute: Sendable {
    var shape: RouteShape
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

    var frontends: [FrontendKey: FrontendPlan] { shape.frontends }

    /// The class of connections that go to a destination.
    func routeClass(_ destination: Destination) -> RouteClass {
        switch destination {
        case .clusterBackends: .pick(count: cluster.count, .cluster, sticky: shape.isSticky)
        case .localBackends: .pick(count: local.count, .local, sticky: shape.isSticky)
        case .refuse: .refuse
        case .drop: .drop
        }
    }

    /// The class for all connections, and the one for connections from outside where that is another.
    func classes(of plan: FrontendPlan) -> (ordinary: RouteClass, outside: RouteClass?) {
        (routeClass(plan.inside), plan.outside.map(routeClass))
    }
}

/// Everything about a route but its backends.
struct RouteShape: Sendable, Hashable {
    var frontends: [FrontendKey: FrontendPlan]
    /// Seconds for which clients are remembered.
    var affinityTimeout: UInt32?
    var allowedSources: [IPNetwork]

    init(_ route: ServicePortRoute) {
        let transport = route.key.name.transport
        frontends = [:]
        for frontend in route.frontends {
            // Node ports are resolved to addresses for this mode.
            guard let address = frontend.address else { continue }
            frontends[FrontendKey(address: address, port: frontend.port, transport: transport)] =
                FrontendPlan(frontend)
        }
        affinityTimeout = route.affinityTimeout
        allowedSources = route.sourceRanges.disjoint
    }

    var isSticky: Bool { affinityTimeout != nil }

    /// The lists of backends that the frontends use.
    var lists: Set<RouteClass.Backends> { Set(frontends.values.lazy.flatMap(\.lists)) }
}

/// What is special about one frontend of a route.
struct FrontendPlan: Sendable, Hashable {
    /// Where connections go.
    var inside: Destination
    /// Where connections from outside go, if that is somewhere else: external traffic policy Local.
    var outside: Destination?
    var isClusterIP: Bool
    var masquerade: Masquerade
    var admission: Admission

    init(_ frontend: Frontend) {
        inside = frontend.inside
        // Under policy Local the kernel asks for both, even where they lead to the same place now.
        outside = frontend.masquerade == .thisNode ? frontend.outside : nil
        isClusterIP = frontend.kind == .clusterIP
        masquerade = frontend.masquerade
        admission = frontend.admission
    }

    var holdsOutsideToLocal: Bool { outside != nil }
    /// Whether every client is masqueraded.
    var masquerades: Bool { masquerade == .everyone }
    /// Whether only the route's allowed sources may use it.
    var isGuarded: Bool { admission != .everyone }

    /// The lists whose slots the frontend has.
    var lists: [RouteClass.Backends] {
        [RouteClass.Backends.cluster, .local].filter { inside == $0.destination || outside == $0.destination }
    }
}

extension RouteClass.Backends {
    var destination: Destination { self == .cluster ? .clusterBackends : .localBackends }
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
