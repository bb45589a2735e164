import InternetAddresses
import NFTables
import ServiceRouting

/// From the difference of two states of a route to the elements that come and go.
extension TableState {
    mutating func remove(_ old: ProgrammedRoute, _ key: RouteKey, into edits: inout TableEdits) {
        for (frontend, plan) in old.frontends { removeFrontend(frontend, plan, old, into: &edits) }
        for address in old.hairpins { hairpins.decrement(address) }
        routes[key] = nil
    }

    /// Puts a route in the place of its predecessor; `changes` tells how the slots of the two differ.
    mutating func replace(
        _ old: ProgrammedRoute?, with new: ProgrammedRoute, _ changes: SlotChanges, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        if let old {
            for (frontend, plan) in old.frontends where new.frontends[frontend] == nil {
                removeFrontend(frontend, plan, old, into: &edits)
            }
        }
        for (frontend, plan) in new.frontends {
            if let old, let oldPlan = old.frontends[frontend] {
                updateFrontend(frontend, (oldPlan, old), (plan, new), changes, key, into: &edits)
            } else {
                addFrontend(frontend, plan, new, key, into: &edits)
            }
        }
        // Unchanged addresses are left alone: this is on the path of every flip.
        if old?.hairpins != new.hairpins {
            for address in new.hairpins { hairpins.increment(address) }
            for address in old?.hairpins ?? [] { hairpins.decrement(address) }
        }
        routes[key] = new
    }

    private mutating func addFrontend(
        _ frontend: FrontendKey, _ plan: FrontendPlan, _ route: ProgrammedRoute, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        setOwner(key, of: frontend)
        for list in plan.lists { edits.add(route.slots(of: list), of: list, to: frontend) }
        let classes = route.classes(of: plan)
        setClass(nil, classes.ordinary, of: frontend, in: .services, key, into: &edits)
        setClass(nil, classes.outside, of: frontend, in: .outside, key, into: &edits)
        setMembership(of: frontend, nil, (plan, route), into: &edits)
    }

    private mutating func removeFrontend(
        _ frontend: FrontendKey, _ plan: FrontendPlan, _ route: ProgrammedRoute, into edits: inout TableEdits
    ) {
        setOwner(nil, of: frontend)
        for list in plan.lists { edits.remove(route.slots(of: list), of: list, from: frontend) }
        let classes = route.classes(of: plan)
        setClass(classes.ordinary, nil, of: frontend, in: .services, nil, into: &edits)
        setClass(classes.outside, nil, of: frontend, in: .outside, nil, into: &edits)
        setMembership(of: frontend, (plan, route), nil, into: &edits)
        if route.shape.isSticky { edits.checkAffinity(of: frontend, validBackends: []) }
    }

    private mutating func updateFrontend(
        _ frontend: FrontendKey, _ old: (plan: FrontendPlan, route: ProgrammedRoute),
        _ new: (plan: FrontendPlan, route: ProgrammedRoute), _ changes: SlotChanges, _ key: RouteKey,
        into edits: inout TableEdits
    ) {
        for list in RouteClass.Backends.allCases {
            switch (old.plan.lists.contains(list), new.plan.lists.contains(list)) {
            case (true, true): edits.change(changes.of(list), of: list, in: frontend)
            case (true, false): edits.remove(old.route.slots(of: list), of: list, from: frontend)
            case (false, true): edits.add(new.route.slots(of: list), of: list, to: frontend)
            case (false, false): break
            }
        }
        let (oldClasses, newClasses) = (old.route.classes(of: old.plan), new.route.classes(of: new.plan))
        setClass(oldClasses.ordinary, newClasses.ordinary, of: frontend, in: .services, key, into: &edits)
        setClass(oldClasses.outside, newClasses.outside, of: frontend, in: .outside, key, into: &edits)
        if old.plan != new.plan || old.route.shape != new.route.shape {
            setMembership(of: frontend, old, new, into: &edits)
        }
        if old.route.shape.isSticky { checkAffinity(of: frontend, old, new, changes, into: &edits) }
    }

    private mutating func setClass(
        _ old: RouteClass?, _ new: RouteClass?, of frontend: FrontendKey, in set: SetID, _ key: RouteKey?,
        into edits: inout TableEdits
    ) {
        guard old != new else { return }
        if let old {
            edits.remove(.frontend(frontend), from: set)
            release(old)
        }
        if let new, let key {
            edits.add(.frontend(frontend), .routeClass(new.id), comment: key.comment, to: set)
            retain(new)
        }
    }

    /// The sets that a frontend is in for its kind, its policy and its affinity.
    private mutating func setMembership(
        of frontend: FrontendKey, _ old: (plan: FrontendPlan, route: ProgrammedRoute)?,
        _ new: (plan: FrontendPlan, route: ProgrammedRoute)?, into edits: inout TableEdits
    ) {
        let (was, becomes) = (old?.plan, new?.plan)
        edits.setMembership(.frontend(frontend), of: .masquerade, was?.masquerades, becomes?.masquerades)
        edits.setMembership(
            .frontend(frontend), of: .localPolicy, was?.holdsOutsideToLocal, becomes?.holdsOutsideToLocal)
        edits.setMembership(.frontend(frontend), of: .guarded, was?.isGuarded, becomes?.isGuarded)
        count(clusterIP: frontend.address, was?.isClusterIP == true, becomes?.isClusterIP == true)

        let oldSources = Set(was?.isGuarded == true ? old?.route.shape.allowedSources ?? [] : [])
        let newSources = Set(becomes?.isGuarded == true ? new?.route.shape.allowedSources ?? [] : [])
        for network in oldSources.subtracting(newSources) {
            edits.remove(.source(frontend, network), from: .allowedSources)
        }
        for network in newSources.subtracting(oldSources) { edits.add(.source(frontend, network), to: .allowedSources) }

        let (oldTimeout, newTimeout) = (old?.route.shape.affinityTimeout, new?.route.shape.affinityTimeout)
        guard oldTimeout != newTimeout else { return }
        count(timeout: oldTimeout, newTimeout)
        if let oldTimeout { edits.remove(.frontend(frontend), from: .sticky(oldTimeout)) }
        if let newTimeout { edits.add(.frontend(frontend), to: .sticky(newTimeout)) }
    }

    /// Clients that are remembered with a backend that is not to be used any more.
    private func checkAffinity(
        of frontend: FrontendKey, _ old: (plan: FrontendPlan, route: ProgrammedRoute),
        _ new: (plan: FrontendPlan, route: ProgrammedRoute), _ changes: SlotChanges, into edits: inout TableEdits
    ) {
        guard new.route.shape.isSticky else { return edits.checkAffinity(of: frontend, validBackends: []) }
        // A client from outside may be remembered with a backend of the one list, a pod with one of the other, and who is
        // what is not known any more.
        if old.plan.lists == new.plan.lists {
            let gone = Set(
                new.plan.lists.flatMap { list in
                    Set(changes.of(list).compactMap(\.old)).subtracting(new.route.slots(of: list).slots)
                })
            guard !gone.isEmpty else { return }
            edits.checkAffinity(of: frontend, validBackends: new.route.rememberable(new.plan).subtracting(gone))
        } else {
            // Under another policy only backends of both lists are sure to be right.
            let lists = new.plan.lists.map { Set(new.route.slots(of: $0).slots) }
            let valid = lists.dropFirst().reduce(lists.first ?? []) { $0.intersection($1) }
            edits.checkAffinity(of: frontend, validBackends: valid)
        }
    }
}

extension TableEdits {
    fileprivate mutating func add(_ slots: SlotList, of list: RouteClass.Backends, to frontend: FrontendKey) {
        for (index, slot) in slots.slots.enumerated() {
            add(.slot(frontend, list.firstSlot + UInt32(index)), .backend(slot), to: .endpoints)
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

    fileprivate mutating func setMembership(_ key: ElementKey, of set: SetID, _ was: Bool?, _ becomes: Bool?) {
        switch (was == true, becomes == true) {
        case (true, false): remove(key, from: set)
        case (false, true): add(key, to: set)
        case (true, true), (false, false): break
        }
    }
}
