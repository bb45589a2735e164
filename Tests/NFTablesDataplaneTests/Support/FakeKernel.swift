import InternetAddresses
import NFTables
import ServiceRouting

@testable import NFTablesDataplane

/// A table in memory that is stricter than the kernel: it also checks references.
struct FakeKernel {
    private(set) var sets: [SetID: [ElementKey: ElementValue]] = [:]
    private(set) var classes: Set<RouteClass> = [.refuse, .drop]
    private(set) var stickyLists: [StickyNumber: StickyList] = [:]
    /// Changes that the kernel would have refused.
    private(set) var refusals: [String] = []

    /// The elements of all sets, including `dispatch`; empty sets are omitted.
    var elements: [SetID: [ElementKey: ElementValue]] {
        var elements = sets.filter { !$0.value.isEmpty }
        for routeClass in classes {
            elements[.dispatch, default: [:]][.routeClass(routeClass.id)] = .verdict(routeClass.verdict)
        }
        return elements
    }

    /// One transaction, in the order of writing.
    mutating func commit(_ edits: TableEdits) {
        for (number, list) in edits.newStickyLists {
            require(stickyLists.updateValue(list, forKey: number) == nil, "\(number) is there")
        }
        for (number, list) in edits.changedStickyLists {
            require(stickyLists.updateValue(list, forKey: number) != nil, "\(number) is not there")
        }
        for routeClass in edits.newClasses {
            require(classes.insert(routeClass).inserted, "\(routeClass) is open already")
        }
        checkReferences()
        for (set, changes) in edits.sets {
            for key in changes.removals {
                require(sets[set]?.removeValue(forKey: key) != nil, "\(set): \(key) is not there")
            }
            for addition in changes.additions {
                let old = sets[set, default: [:]].updateValue(addition.value, forKey: addition.key)
                require(old == nil, "\(set): \(addition.key) is there")
            }
        }
        retire(edits.retiredClasses)
        for number in edits.retiredStickyLists {
            require(stickyLists.removeValue(forKey: number) != nil, "\(number) is not there")
        }
        checkReferences()
        checkFrontends()
    }

    mutating func retire(_ retired: [RouteClass]) {
        for routeClass in retired { require(classes.remove(routeClass) != nil, "\(routeClass) is not open") }
        checkFrontends()
    }

    /// Every class of a list with affinity has its chain.
    private mutating func checkReferences() {
        for routeClass in classes {
            guard case .sticky(let number) = routeClass.action else { continue }
            require(stickyLists[number] != nil, "\(routeClass) leads nowhere")
        }
    }

    private mutating func checkFrontends() {
        let open = Set(classes.map(\.id))
        for set in [SetID.services, .inside, .outside] {
            for (key, value) in sets[set] ?? [:] {
                guard case .routeClass(let id) = value, let routeClass = RouteClass(id: id),
                    routeClass.isDispatched ? open.contains(id) : set == .services
                else {
                    refusals.append("\(set): \(key) leads to \(value), which is not open")
                    continue
                }
            }
        }
    }

    private mutating func require(_ condition: Bool, _ refusal: @autoclosure () -> String) {
        if !condition { refusals.append(refusal()) }
    }
}

extension TableState {
    init(family: IPFamily) {
        self.init(LayoutContext(family, .lab))
    }

    /// All elements that the table should hold.
    var elements: [SetID: [ElementKey: ElementValue]] {
        var elements: [SetID: [ElementKey: ElementValue]] = [:]
        forEachElement { set, key, value, _ in elements[set, default: [:]][key] = value }
        forEachFrontend { frontend, lists in
            for (list, slots) in lists {
                for (index, slot) in slots.slots.enumerated() {
                    elements[.endpoints, default: [:]][.slot(frontend, list.firstSlot + UInt32(index))] =
                        .backend(Slot(slot))
                }
            }
        }
        return elements
    }

    /// The same without what depends on history: the order of slots, and unused classes.
    var meaning: [SetID: Set<String>] {
        var meaning = elements.filter { $0.key != .endpoints && $0.key != .dispatch }
            .mapValues { Set($0.map { "\($0.key): \($0.value)" }) }
        forEachFrontend { frontend, lists in
            for (list, slots) in lists {
                meaning[.endpoints, default: []].formUnion(slots.slots.map { "\(frontend) \(list): \($0)" })
            }
        }
        return meaning
    }

    /// Programs a whole change like the driver.
    mutating func follow(_ change: RoutingChange, _ kernel: inout FakeKernel) {
        var edits = TableEdits()
        if let networks = change.serviceNetworks { set(serviceNetworks: networks, into: &edits) }
        for entry in change.entries {
            giveUpFrontends(entry.key, keeping: entry.new?.frontends ?? [], into: &edits)
        }
        for entry in change.entries { set(entry.key, to: entry.new, into: &edits) }
        settle(into: &edits)
        kernel.commit(edits)
        let surplus = surplusClasses
        kernel.retire(surplus)
        forget(surplus)
    }
}
