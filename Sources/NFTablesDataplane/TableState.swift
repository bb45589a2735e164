import InternetAddresses
import NFTables
import ServiceRouting

/// What the table of one IP family is to hold, and does hold once the edits are committed.
///
/// A plain value: routes in, edits out. What a change costs depends on the route that changes.
struct TableState: Sendable {
    let family: IPFamily
    var routes: [RouteKey: ProgrammedRoute] = [:]
    /// Which route a frontend belongs to.
    private(set) var owners: [FrontendKey: RouteKey] = [:]
    private(set) var clusterIPs = UseCounts<IPAddress>()
    var hairpins = UseCounts<IPAddress>()
    private(set) var timeouts = UseCounts<UInt32>()
    private(set) var classes = UseCounts<RouteClass>()
    /// Classes that nobody uses now and whose chains are kept: an endpoint that went may well come back.
    private(set) var idleClasses: Set<RouteClass> = []

    private static let idleClassLimit = 64

    /// Classes whose chains exist.
    var openClasses: Set<RouteClass> { idleClasses.union(classes.inUse) }

    init(family: IPFamily) {
        self.family = family
        for routeClass in [RouteClass.refuse, .drop] { idleClasses.insert(routeClass) }
    }

    /// Makes the state follow a route, or the removal of one; `edits` takes what this means for the table.
    ///
    /// `existing` tells which backend the kernel has in which slot, for a route that this process programs for the first
    /// time. Within a change, routes that give up frontends come before those that get them.
    mutating func set(
        _ key: RouteKey, to route: ServicePortRoute?, existing: (any ExistingSlots)? = nil, into edits: inout TableEdits
    ) {
        let old = routes[key]
        guard let route else {
            if let old { remove(old, key, into: &edits) }
            return
        }
        var new = ProgrammedRoute(shape: RouteShape(route))
        let uses = new.shape.lists
        new.cluster = old?.cluster ?? existing?.list(.cluster, new.frontends.keys) ?? SlotList()
        new.local = old?.local ?? existing?.list(.local, new.frontends.keys) ?? SlotList()
        let changes = SlotChanges(
            cluster: new.cluster.update(to: uses.contains(.cluster) ? route.clusterBackends : []),
            local: new.local.update(to: uses.contains(.local) ? route.localBackends : []))
        new.hairpins = route.hairpins
        replace(old, with: new, changes, key, into: &edits)
    }

    func isProgrammed(_ key: RouteKey) -> Bool { routes[key] != nil }

    /// Ends a batch of changes: what they mean for what routes share.
    mutating func settle(into edits: inout TableEdits) {
        let (newIPs, oldIPs) = clusterIPs.settle()
        for address in oldIPs { edits.remove(.address(address), from: .clusterIPs) }
        for address in newIPs { edits.add(.address(address), to: .clusterIPs) }
        let (newHairpins, oldHairpins) = hairpins.settle()
        for address in oldHairpins { edits.remove(.hairpin(address), from: .hairpin) }
        for address in newHairpins { edits.add(.hairpin(address), to: .hairpin) }
        let (newTimeouts, oldTimeouts) = timeouts.settle()
        for timeout in newTimeouts { edits.open(timeout: timeout) }
        for timeout in oldTimeouts { edits.retire(timeout: timeout) }
        settleClasses(into: &edits)
    }

    /// Takes over classes that the kernel has and nobody uses now, as far as we keep such.
    mutating func keep(_ found: [RouteClass]) {
        for routeClass in found.flatMap(\.needed) where idleClasses.count < Self.idleClassLimit {
            if !classes.contains(routeClass) { idleClasses.insert(routeClass) }
        }
    }

    private mutating func settleClasses(into edits: inout TableEdits) {
        let (began, ended) = classes.settle()
        for routeClass in began where idleClasses.remove(routeClass) == nil { edits.open(routeClass) }
        idleClasses.formUnion(ended)
        guard idleClasses.count > Self.idleClassLimit else { return }
        for routeClass in idleClasses where routeClass != .refuse && routeClass != .drop {
            edits.retire(routeClass)
            idleClasses.remove(routeClass)
        }
    }
}

/// The book-keeping that the frontends share.
extension TableState {
    mutating func setOwner(_ key: RouteKey?, of frontend: FrontendKey) { owners[frontend] = key }

    mutating func retain(_ routeClass: RouteClass) {
        for needed in routeClass.needed { classes.increment(needed) }
    }

    mutating func release(_ routeClass: RouteClass) {
        for needed in routeClass.needed { classes.decrement(needed) }
    }

    mutating func count(clusterIP address: IPAddress, _ was: Bool, _ becomes: Bool) {
        if becomes, !was { clusterIPs.increment(address) }
        if was, !becomes { clusterIPs.decrement(address) }
    }

    mutating func count(timeout old: UInt32?, _ new: UInt32?) {
        if let new { timeouts.increment(new) }
        if let old { timeouts.decrement(old) }
    }
}

/// What becomes of the slots of a route's two lists.
struct SlotChanges {
    var cluster: [SlotList.Edit] = []
    var local: [SlotList.Edit] = []

    func of(_ backends: RouteClass.Backends) -> [SlotList.Edit] { backends == .cluster ? cluster : local }
}

/// Which backends the kernel has in which slots.
protocol ExistingSlots {
    func list(_ backends: RouteClass.Backends, _ frontends: some Collection<FrontendKey>) -> SlotList?
}
