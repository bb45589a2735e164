import InternetAddresses
import ServiceRouting

/// A route as in the table: its backends in slots.
struct ProgrammedRoute: Sendable {
    /// Shares its lists with the routing table.
    var route: ServicePortRoute
    var cluster = SlotList()
    var local = SlotList()
    /// The numbers of the lists, if the route has session affinity.
    var stickyCluster: StickyNumber?
    var stickyLocal: StickyNumber?

    init(_ route: ServicePortRoute) {
        self.route = route
    }

    /// The classes of its frontends in a table that does not hold it yet, without those of lists with session affinity.
    static func newClasses(_ route: ServicePortRoute, knowsPods: Bool) -> [RouteClass] {
        guard route.affinityTimeout == nil else { return [] }
        var new = ProgrammedRoute(route)
        new.cluster = SlotList(route.clusterBackends)
        new.local = SlotList(route.localBackends)
        return new.plans(knowsPods: knowsPods).flatMap { [$0.plan.ordinary, $0.plan.inside, $0.plan.outside] }
            .compactMap(\.self).filter(\.isDispatched)
    }

    func slots(of backends: RouteClass.Backends) -> SlotList { backends == .cluster ? cluster : local }

    func sticky(_ backends: RouteClass.Backends) -> StickyNumber? {
        backends == .cluster ? stickyCluster : stickyLocal
    }

    /// Each frontend's entries in the table.
    func plans(knowsPods: Bool) -> [(frontend: FrontendKey, plan: FrontendPlan)] {
        let ranges = route.frontends.contains { $0.admission != .everyone } ? route.sourceRanges.disjoint : []
        return route.frontends.compactMap { frontend in
            guard let key = route.key(of: frontend) else { return nil }
            return (key, plan(of: frontend, at: key.address, ranges, knowsPods))
        }
    }

    private func plan(
        of frontend: Frontend, at address: IPAddress, _ ranges: [IPNetwork], _ knowsPods: Bool
    ) -> FrontendPlan {
        var sources: [IPNetwork] = []
        switch frontend.admission {
        case .everyone: break
        case .sourceRanges: sources = ranges
        case .sourceRangesAndItself:
            let itself = IPNetwork(containing: address, prefixLength: address.family.addressBits)
            sources = (ranges + [itself].compactMap(\.self)).disjoint
        }
        let isGuarded = frontend.admission != .everyone
        let masquerade: RouteClass.Masquerade =
            switch frontend.masquerade {
            case .everyone: .everyone
            case .thisNode: .thisNode
            case .clientsOutsidePodNetwork: knowsPods ? .outsiders : .nobody
            }
        let inside = routeClass(frontend.inside, masquerade)
        guard frontend.inside != frontend.outside else {
            var ordinary = inside
            ordinary.isGuarded = isGuarded
            return FrontendPlan(ordinary: ordinary, isClusterIP: frontend.kind == .clusterIP, sources: sources)
        }
        // The node is inside.
        let outside = routeClass(frontend.outside, masquerade == .thisNode ? .nobody : masquerade)
        return FrontendPlan(
            ordinary: RouteClass(action: .split, isGuarded: isGuarded), inside: inside, outside: outside,
            isClusterIP: frontend.kind == .clusterIP, sources: sources)
    }

    /// The class of connections that go to a destination.
    private func routeClass(_ destination: Destination, _ masquerade: RouteClass.Masquerade) -> RouteClass {
        let list: RouteClass.Backends
        switch destination {
        case .refuse: return .refuse
        case .drop: return .drop
        case .clusterBackends: list = .cluster
        case .localBackends: list = .local
        }
        let slots = slots(of: list)
        // Routing ensures this too, but a random number modulo 0 must never be written.
        guard slots.count > 0 else { return .refuse }
        let action = sticky(list).map { RouteClass.Action.sticky($0) } ?? .pick(count: slots.count, list)
        return RouteClass(
            action: action, masquerade: masquerade, mayHairpin: slots.slots.contains(where: \.isLocal))
    }
}

/// One frontend's entries in the table.
struct FrontendPlan: Sendable, Hashable {
    var ordinary: RouteClass
    /// Of a split frontend.
    var inside: RouteClass?
    var outside: RouteClass?
    var isClusterIP: Bool
    /// The permitted sources, if it is guarded.
    var sources: [IPNetwork]

    init(
        ordinary: RouteClass, inside: RouteClass? = nil, outside: RouteClass? = nil, isClusterIP: Bool,
        sources: [IPNetwork] = []
    ) {
        self.ordinary = ordinary
        self.inside = inside
        self.outside = outside
        self.isClusterIP = isClusterIP
        self.sources = sources
    }
}

extension ServicePortRoute {
    /// The lists that the frontends use.
    var lists: [RouteClass.Backends] { RouteClass.Backends.allCases.filter { uses($0.destination) } }

    /// `nil` for a node port without an address: for this mode, node ports are resolved to addresses.
    func key(of frontend: Frontend) -> FrontendKey? {
        frontend.address.map { FrontendKey(address: $0, port: frontend.port, transport: key.name.transport) }
    }

    func uses(_ backends: RouteClass.Backends) -> Bool { uses(backends.destination) }

    /// Whether a frontend uses the slots of a list.
    func hasSlots(_ frontend: Frontend, of backends: RouteClass.Backends) -> Bool {
        frontend.inside == backends.destination || frontend.outside == backends.destination
    }

    /// Backends on this node that a frontend may lead to.
    var hairpins: Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        for backend in clusterBackends where backend.isLocal { addresses.insert(backend.address) }
        for backend in localBackends where backend.isLocal { addresses.insert(backend.address) }
        return addresses
    }
}

extension RouteClass.Backends {
    var destination: Destination { self == .cluster ? .clusterBackends : .localBackends }
}

extension RouteKey {
    /// The comment of the route's elements in `nft list`: its name, cut to nft's 127 bytes.
    var comment: String { String(name.description.prefix(127)) }
}
