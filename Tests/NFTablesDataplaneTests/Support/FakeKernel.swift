import InternetAddresses
import NFTables
import ServiceRouting

@testable import NFTablesDataplane

/// A table in memory that is as strict as the kernel, and stricter: it also minds what leads where.
struct FakeKernel {
    private(set) var sets: [SetID: [ElementKey: ElementValue]] = [:]
    private(set) var classes: Set<RouteClass> = [.refuse, .drop]
    private(set) var timeouts: Set<UInt32> = []
    /// What the kernel would have refused.
    private(set) var refusals: [String] = []

    /// The elements of all sets, those of `dispatch` too; sets without elements are left out.
    var elements: [SetID: [ElementKey: ElementValue]] {
        var elements = sets.filter { !$0.value.isEmpty }
        for routeClass in classes {
            elements[.dispatch, default: [:]][.routeClass(routeClass.id)] = .verdict(routeClass.verdict)
        }
        return elements
    }

    /// One transaction, in the order in which it is written.
    mutating func commit(_ edits: TableEdits) {
        for routeClass in edits.newClasses {
            require(classes.insert(routeClass).inserted, "\(routeClass) is open already")
        }
        for routeClass in edits.newClasses {
            require(classes.isSuperset(of: routeClass.needed), "\(routeClass) leads nowhere")
        }
        for timeout in edits.newTimeouts { require(timeouts.insert(timeout).inserted, "sticky-\(timeout) is there") }
        for (set, changes) in edits.sets {
            if case .sticky(let timeout) = set { require(timeouts.contains(timeout), "no set sticky-\(timeout)") }
            for key in changes.removals {
                require(sets[set]?.removeValue(forKey: key) != nil, "\(set): \(key) is not there")
            }
            for addition in changes.additions {
                let old = sets[set, default: [:]].updateValue(addition.value, forKey: addition.key)
                require(old == nil, "\(set): \(addition.key) is there")
            }
        }
        for timeout in edits.retiredTimeouts {
            require(timeouts.remove(timeout) != nil, "no set sticky-\(timeout)")
            require(sets[.sticky(timeout)]?.isEmpty ?? true, "sticky-\(timeout) is in use")
        }
        for routeClass in edits.retiredClasses {
            require(classes.remove(routeClass) != nil, "\(routeClass) is not open")
        }
        checkReferences()
    }

    private mutating func checkReferences() {
        let open = Set(classes.map(\.id))
        for set in [SetID.services, .outside] {
            for (key, value) in sets[set] ?? [:] {
                guard case .routeClass(let id) = value, open.contains(id) else {
                    refusals.append("\(set): \(key) leads to \(value), which is not open")
                    continue
                }
            }
        }
        for routeClass in classes {
            require(classes.isSuperset(of: routeClass.needed), "\(routeClass) has lost what it falls back to")
        }
    }

    private mutating func require(_ condition: Bool, _ refusal: @autoclosure () -> String) {
        if !condition { refusals.append(refusal()) }
    }
}

extension TableState {
    /// All elements that the table is to hold.
    var elements: [SetID: [ElementKey: ElementValue]] {
        var elements: [SetID: [ElementKey: ElementValue]] = [:]
        forEachElement { set, key, value, _ in elements[set, default: [:]][key] = value }
        forEachFrontend { frontend, lists in
            for (list, slots) in lists {
                for (index, slot) in slots.slots.enumerated() {
                    elements[.endpoints, default: [:]][.slot(frontend, list.firstSlot + UInt32(index))] = .backend(slot)
                }
            }
        }
        return elements
    }

    /// The same without what depends on history: the order of the slots, and classes that are kept for later.
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

    /// Programs a whole change as the driver does, one transaction for the node's addresses and one for the routes.
    mutating func follow(_ change: RoutingChange, _ kernel: inout FakeKernel) -> [FrontendKey: Set<Slot>] {
        var checks: [FrontendKey: Set<Slot>] = [:]
        if let addresses = change.nodeAddresses {
            var edits = TableEdits()
            move(nodePortsTo: addresses, into: &edits)
            settle(into: &edits)
            kernel.commit(edits)
            checks = edits.affinityChecks
        }
        var edits = TableEdits()
        for entry in change.entries { set(entry.key, to: entry.new, into: &edits) }
        settle(into: &edits)
        kernel.commit(edits)
        return checks.merging(edits.affinityChecks) { $0.intersection($1) }
    }
}
