import Dataplane
import InternetAddresses
import NFTables
import ServiceRouting

/// The desired contents of one IP family's table, and the actual ones once the edits are committed.
///
/// A plain value: routes in, edits out. The cost of a change depends on the changed route.
struct TableState: Sendable {
    private(set) var context: LayoutContext
    private(set) var routes: [RouteKey: ProgrammedRoute] = [:]
    private(set) var stickyLists: [StickyNumber: StickyList] = [:]

    private(set) var clusterIPs = UseCounts<IPAddress>()
    private(set) var hairpins = UseCounts<IPAddress>()
    private(set) var classes = UseCounts<RouteClass>()
    /// Unused classes whose chains are kept: a removed endpoint often comes back.
    private(set) var idleClasses: Set<RouteClass> = [.refuse, .drop]

    /// Whether packets reach the table: without base chains none do.
    var hasBaseChains = true
    /// Whether unused classes are kept regardless of their number.
    var keepsAllClasses = false

    private static let idleClassLimit = 64

    var family: IPFamily { context.family }
    /// Classes whose chains exist.
    var openClasses: Set<RouteClass> { idleClasses.union(classes.inUse) }
    /// Whether clients outside the pod network can be recognised.
    var knowsPods: Bool { context.knowsPods }

    init(_ context: LayoutContext) {
        self.context = context
    }

    mutating func reserve(routes count: Int) {
        routes.reserveCapacity(count)
    }

    /// Applies a route, or the removal of one; the resulting edits go to `edits`.
    ///
    /// `existing` says which backends the kernel has in which slots, for a route that this process programs for the
    /// first time. Within a change, routes release frontends before others get them. `keepsLists` keeps lists that no
    /// frontend leads to.
    mutating func set(
        _ key: RouteKey, to route: ServicePortRoute?, existing: (any ExistingSlots)? = nil,
        keepsLists: Bool = false, into edits: inout TableEdits
    ) {
        let old = routes[key]
        guard let route else {
            if let old { remove(old, key, into: &edits) }
            return
        }
        var new = ProgrammedRoute(route)
        let lists = keepsLists ? RouteClass.Backends.allCases : route.lists
        let frontends = existing == nil ? [] : route.frontends.compactMap { route.key(of: $0) }
        var changes = SlotChanges()
        new.cluster = old?.cluster ?? existing?.list(.cluster, frontends) ?? SlotList()
        new.local = old?.local ?? existing?.list(.local, frontends) ?? SlotList()
        let isSticky = route.affinityTimeout != nil
        changes.cluster = new.cluster.update(
            to: lists.contains(.cluster) ? route.clusterBackends : [], isSticky: isSticky)
        changes.local = new.local.update(to: lists.contains(.local) ? route.localBackends : [], isSticky: isSticky)
        if route.affinityTimeout != nil || old?.route.affinityTimeout != nil {
            setStickyLists(of: &new, old, key, existing, frontends, into: &edits)
        }
        replace(old, with: new, changes, key, into: &edits)
    }

    /// Releases the frontends that a route is about to lose.
    mutating func giveUpFrontends(_ key: RouteKey, keeping kept: [Frontend], into edits: inout TableEdits) {
        guard let old = routes[key] else { return }
        let kept = Set(kept.map { FrontendSpot($0) })
        var rest = old.route
        rest.frontends.removeAll { !kept.contains(FrontendSpot($0)) }
        if rest.frontends.count < old.route.frontends.count {
            // It keeps its lists until their replacements are known.
            set(key, to: rest, keepsLists: true, into: &edits)
        }
    }

    /// Applies changed networks of the cluster's Services.
    mutating func set(serviceNetworks: [IPNetwork], into edits: inout TableEdits) {
        var new = context
        new.serviceNetworks = serviceNetworks.filter { $0.family == family }.disjoint
        guard new != context else { return }
        context = new
        edits.changesServiceNetworks = true
    }

    /// Ends a batch of changes, and updates what routes share.
    mutating func settle(into edits: inout TableEdits) {
        let (newIPs, oldIPs) = clusterIPs.settle()
        for address in oldIPs { edits.remove(.address(address), from: .clusterIPs) }
        for address in newIPs { edits.add(.address(address), to: .clusterIPs) }
        let (newHairpins, oldHairpins) = hairpins.settle()
        for address in oldHairpins { edits.remove(.hairpin(address), from: .hairpin) }
        for address in newHairpins { edits.add(.hairpin(address), to: .hairpin) }
        settleClasses(into: &edits)
    }

    /// Opens the classes that these routes will need in a new table, and the likeliest ones that they will need when an
    /// endpoint comes or goes.
    ///
    /// When a chain uses a map for the first time, the kernel walks over all its elements (`nf_tables_bind_set`): a new
    /// class takes 50 ms if there are 210,000 backends. In a new table there are none.
    mutating func openClasses(of routes: some Sequence<ServicePortRoute>) {
        var counts: [RouteClass: Int] = [:]
        for route in routes where route.key.family == family {
            for routeClass in ProgrammedRoute.newClasses(route, knowsPods: knowsPods) {
                counts[routeClass, default: 0] += 1
            }
        }
        let common = counts.sorted { ($1.value, $0.key.id) < ($0.value, $1.key.id) }
        keep(common.flatMap(\.key.neighbours).filter { counts[$0] == nil })
        idleClasses.formUnion(counts.keys)
    }

    /// Takes over the kernel's unused classes, up to the number that we keep.
    mutating func keep(_ found: [RouteClass]) {
        for routeClass in found where idleClasses.count < Self.idleClassLimit {
            if !classes.contains(routeClass), !routeClass.isSticky { idleClasses.insert(routeClass) }
        }
    }

    /// The classes to remove, once too many are kept.
    var surplusClasses: [RouteClass] {
        guard idleClasses.count > Self.idleClassLimit, !keepsAllClasses else { return [] }
        return idleClasses.filter { $0 != .refuse && $0 != .drop }
    }

    /// Forgets classes whose chains have been removed.
    mutating func forget(_ classes: [RouteClass]) {
        idleClasses.subtract(classes)
    }

    private mutating func settleClasses(into edits: inout TableEdits) {
        let (began, ended) = classes.settle()
        for routeClass in began where idleClasses.remove(routeClass) == nil { edits.open(routeClass) }
        for routeClass in ended {
            // Its targets are removed with the Service.
            if routeClass.isSticky { edits.retire(routeClass) } else { idleClasses.insert(routeClass) }
        }
    }
}

/// Lists with session affinity.
extension TableState {
    private mutating func setStickyLists(
        of new: inout ProgrammedRoute, _ old: ProgrammedRoute?, _ key: RouteKey,
        _ existing: (any ExistingSlots)?, _ frontends: [FrontendKey], into edits: inout TableEdits
    ) {
        for backends in RouteClass.Backends.allCases {
            let count = new.slots(of: backends).count
            guard count > 0, let timeout = new.route.affinityTimeout else {
                if let number = old?.sticky(backends) { retire(number, into: &edits) }
                continue
            }
            let list = StickyList(route: key, backends: backends, count: count, timeout: timeout)
            let number: StickyNumber
            if let present = old?.sticky(backends) {
                number = present
                if stickyLists[number] != list { edits.change(list, number) }
            } else {
                number = freeNumber(for: key, backends, existing?.stickyNumber(of: backends, frontends))
                edits.open(list, number)
            }
            stickyLists[number] = list
            if backends == .cluster { new.stickyCluster = number } else { new.stickyLocal = number }
        }
    }

    /// The number that the list prefers, or one behind it: two names may prefer the same number, and the kernel knows
    /// which of them got it.
    private func freeNumber(
        for key: RouteKey, _ backends: RouteClass.Backends, _ existing: StickyNumber?
    ) -> StickyNumber {
        var number = StickyNumber(preferredBy: StickyList.name(key, backends))
        let distance = existing.map { ($0.rawValue &- number.rawValue) & StickyNumber.mask } ?? .max
        if let existing, distance < Self.numberSearchLimit, stickyLists[existing] == nil { return existing }
        while stickyLists[number] != nil { number = number.next }
        return number
    }

    /// A number that is farther from the preferred one was not chosen by us.
    private static let numberSearchLimit: UInt32 = 64

    private mutating func retire(_ number: StickyNumber, into edits: inout TableEdits) {
        stickyLists[number] = nil
        edits.retire(number)
    }
}

/// Turns the difference of two states of a route into added and removed elements.
extension TableState {
    private mutating func remove(_ old: ProgrammedRoute, _ key: RouteKey, into edits: inout TableEdits) {
        for (frontend, plan) in old.plans(knowsPods: knowsPods) { remove(frontend, plan, old, into: &edits) }
        for address in old.route.hairpins { hairpins.decrement(address) }
        for backends in RouteClass.Backends.allCases {
            if let number = old.sticky(backends) { retire(number, into: &edits) }
        }
        routes[key] = nil
    }

    /// Replaces a route's previous state; `changes` says how the slots of the two differ.
    private mutating func replace(
        _ old: ProgrammedRoute?, with new: ProgrammedRoute, _ changes: SlotChanges, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        let newPlans = new.plans(knowsPods: knowsPods)
        if let old {
            var oldPlans: [FrontendKey: FrontendPlan] = [:]
            for (frontend, plan) in old.plans(knowsPods: knowsPods) { oldPlans[frontend] = plan }
            for (frontend, plan) in newPlans {
                if let oldPlan = oldPlans.removeValue(forKey: frontend) {
                    update(frontend, (oldPlan, old), (plan, new), changes, key, into: &edits)
                } else {
                    add(frontend, plan, new, key, into: &edits)
                }
            }
            for (frontend, plan) in oldPlans { remove(frontend, plan, old, into: &edits) }
            let (oldHairpins, newHairpins) = (old.route.hairpins, new.route.hairpins)
            if oldHairpins != newHairpins {
                for address in newHairpins { hairpins.increment(address) }
                for address in oldHairpins { hairpins.decrement(address) }
            }
        } else {
            for (frontend, plan) in newPlans { add(frontend, plan, new, key, into: &edits) }
            for address in new.route.hairpins { hairpins.increment(address) }
        }
        routes[key] = new
    }

    private mutating func add(
        _ frontend: FrontendKey, _ plan: FrontendPlan, _ route: ProgrammedRoute, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        for list in plan.lists(route) { edits.add(route.slots(of: list), of: list, to: frontend) }
        setClass(nil, plan.ordinary, of: frontend, in: .services, key, into: &edits)
        setClass(nil, plan.inside, of: frontend, in: .inside, nil, into: &edits)
        setClass(nil, plan.outside, of: frontend, in: .outside, nil, into: &edits)
        for network in plan.sources { edits.add(.source(frontend, network), to: .allowedSources) }
        if plan.isClusterIP { clusterIPs.increment(frontend.address) }
    }

    private mutating func remove(
        _ frontend: FrontendKey, _ plan: FrontendPlan, _ route: ProgrammedRoute, into edits: inout TableEdits
    ) {
        for list in plan.lists(route) { edits.remove(route.slots(of: list), of: list, from: frontend) }
        setClass(plan.ordinary, nil, of: frontend, in: .services, nil, into: &edits)
        setClass(plan.inside, nil, of: frontend, in: .inside, nil, into: &edits)
        setClass(plan.outside, nil, of: frontend, in: .outside, nil, into: &edits)
        for network in plan.sources { edits.remove(.source(frontend, network), from: .allowedSources) }
        if plan.isClusterIP { clusterIPs.decrement(frontend.address) }
    }

    private mutating func update(
        _ frontend: FrontendKey, _ old: (plan: FrontendPlan, route: ProgrammedRoute),
        _ new: (plan: FrontendPlan, route: ProgrammedRoute), _ changes: SlotChanges, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        let (oldLists, newLists) = (old.plan.lists(old.route), new.plan.lists(new.route))
        for list in RouteClass.Backends.allCases {
            switch (oldLists.contains(list), newLists.contains(list)) {
            case (true, true): edits.change(changes.of(list), of: list, in: frontend)
            case (true, false): edits.remove(old.route.slots(of: list), of: list, from: frontend)
            case (false, true): edits.add(new.route.slots(of: list), of: list, to: frontend)
            case (false, false): break
            }
        }
        guard old.plan != new.plan else { return }
        setClass(old.plan.ordinary, new.plan.ordinary, of: frontend, in: .services, key, into: &edits)
        setClass(old.plan.inside, new.plan.inside, of: frontend, in: .inside, nil, into: &edits)
        setClass(old.plan.outside, new.plan.outside, of: frontend, in: .outside, nil, into: &edits)
        for network in old.plan.sources where !new.plan.sources.contains(network) {
            edits.remove(.source(frontend, network), from: .allowedSources)
        }
        for network in new.plan.sources where !old.plan.sources.contains(network) {
            edits.add(.source(frontend, network), to: .allowedSources)
        }
        if new.plan.isClusterIP, !old.plan.isClusterIP { clusterIPs.increment(frontend.address) }
        if old.plan.isClusterIP, !new.plan.isClusterIP { clusterIPs.decrement(frontend.address) }
    }

    private mutating func setClass(
        _ old: RouteClass?, _ new: RouteClass?, of frontend: FrontendKey, in set: SetID, _ key: RouteKey?,
        into edits: inout TableEdits
    ) {
        guard old != new else { return }
        if let old {
            edits.remove(.frontend(frontend), from: set)
            if old.isDispatched { classes.decrement(old) }
        }
        if let new {
            edits.add(.frontend(frontend), .routeClass(new.id), comment: key?.comment ?? "", to: set)
            if new.isDispatched { classes.increment(new) }
        }
    }
}

/// The slot changes of a route's two lists.
struct SlotChanges {
    var cluster: [SlotList.Edit] = []
    var local: [SlotList.Edit] = []

    func of(_ backends: RouteClass.Backends) -> [SlotList.Edit] { backends == .cluster ? cluster : local }
}

/// The backends in the kernel's slots.
protocol ExistingSlots {
    func list(_ backends: RouteClass.Backends, _ frontends: some Collection<FrontendKey>) -> SlotList?
    /// The number of the list with session affinity that these frontends lead to.
    func stickyNumber(
        of backends: RouteClass.Backends, _ frontends: some Collection<FrontendKey>
    ) -> StickyNumber?
}

/// A frontend's address and port, regardless of its treatment.
private struct FrontendSpot: Hashable {
    var address: IPAddress?
    var port: UInt16

    init(_ frontend: Frontend) {
        address = frontend.address
        port = frontend.port
    }
}

extension RouteClass {
    var isSticky: Bool { if case .sticky = action { true } else { false } }
}

extension FrontendPlan {
    /// The lists whose slots the frontend uses.
    func lists(_ route: ProgrammedRoute) -> [RouteClass.Backends] {
        RouteClass.Backends.allCases.filter { list in
            [ordinary, inside, outside].contains { $0.map { $0.leads(to: list, route) } ?? false }
        }
    }
}

extension RouteClass {
    fileprivate func leads(to list: Backends, _ route: ProgrammedRoute) -> Bool {
        switch action {
        case .pick(_, list): true
        case .sticky(let number): number == route.sticky(list)
        default: false
        }
    }
}

extension TableEdits {
    fileprivate mutating func add(_ slots: SlotList, of list: RouteClass.Backends, to frontend: FrontendKey) {
        for (index, slot) in slots.slots.enumerated() {
            add(.slot(frontend, list.firstSlot + UInt32(index)), .backend(Slot(slot)), to: .endpoints)
        }
    }

    fileprivate mutating func remove(_ slots: SlotList, of list: RouteClass.Backends, from frontend: FrontendKey) {
        for index in slots.slots.indices {
            remove(.slot(frontend, list.firstSlot + UInt32(index)), from: .endpoints)
        }
    }

    fileprivate mutating func change(
        _ changes: [SlotList.Edit], of list: RouteClass.Backends, in frontend: FrontendKey
    ) {
        for change in changes {
            let key = ElementKey.slot(frontend, list.firstSlot + UInt32(change.slot))
            if change.old != nil { remove(key, from: .endpoints) }
            if let new = change.new { add(key, .backend(new), to: .endpoints) }
        }
    }
}
