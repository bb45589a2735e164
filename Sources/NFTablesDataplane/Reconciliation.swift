import Dataplane
import InternetAddresses
import NFTables
import OrderedCollections

/// The difference between the kernel's state and the desired one.
struct Reconciliation: Sendable {
    /// The faults, in a few words each, for the log.
    private(set) var damage: [String] = []
    /// The table must be recreated, because a set or a base chain in it is wrong.
    private(set) var mustRebuild = false
    private(set) var missingSets: [NamedSet] = []
    private(set) var foreignSets: [String] = []
    private(set) var missingChains: [Chain] = []
    private(set) var foreignChains: [String] = []
    /// Chains whose rules are rewritten.
    private(set) var rules: [(chain: Chain, rules: [Rule])] = []
    /// Sets with unreadable elements, which are emptied first.
    private(set) var flushes: [SetID] = []
    private(set) var edits = TableEdits()

    var isEmpty: Bool { damage.isEmpty }

    /// Consumes the kernel's elements as it goes: there may be hundreds of thousands, and a copy would
    /// double the memory.
    init(_ kernel: consuming KernelTable, _ state: TableState) {
        compareDeclarations(kernel, state)
        guard !mustRebuild else { return }
        compareElements(&kernel, state)
        compareEndpoints(&kernel, state)
    }

    private mutating func compareDeclarations(_ kernel: KernelTable, _ state: TableState) {
        if kernel.flags != 0 {
            mustRebuild = true
            damage.append("flags")
        }
        let sets = state.sets
        for set in sets {
            switch kernel.sets[set.name] {
            case nil: missingSets.append(set)
            case false?: mustRebuild = true
            case true?: continue
            }
            damage.append("\(set.isMap ? "map" : "set") \(set.name)")
        }
        let setNames = Set(sets.map(\.name))
        foreignSets = kernel.sets.keys.filter { !setNames.contains($0) }.sorted()
        damage += foreignSets.map { "foreign set \($0)" }

        let expected = state.chains
        let present = Dictionary(kernel.chains.map { ($0.name, $0) }) { $1 }
        for (chain, rules) in expected {
            if let found = present[chain.name] {
                if found.hook != chain.hook {
                    mustRebuild = true
                    damage.append("chain \(chain.name)")
                }
            } else {
                missingChains.append(chain)
                damage.append("chain \(chain.name)")
            }
            let wanted = rules.map { Optional($0.expressions(state.family)) }
            guard kernel.rules[chain.name, default: []] != wanted else { continue }
            self.rules.append((chain, rules))
            if present[chain.name] != nil { damage.append("rules of chain \(chain.name)") }
        }
        let names = Set(expected.map(\.chain.name))
        foreignChains = present.keys.filter { !names.contains($0) }.sorted()
        damage += foreignChains.map { "foreign chain \($0)" }
    }

    private mutating func compareElements(_ kernel: inout KernelTable, _ state: TableState) {
        flushes = kernel.foreign.sorted { $0.definition.name < $1.definition.name }
        let flushed = Set(flushes)
        var present = kernel.elements.filter { !flushed.contains($0.key) }.mapValues { PresentElements($0) }
        kernel.elements = [:]
        var counts: [SetID: Int] = [:]
        for set in flushes { counts[set, default: 0] += 1 }
        var edits = TableEdits()
        state.forEachElement { set, key, value, comment in
            let found = present[set]?.take(key)
            guard found != KernelTable.Element(value: value, comment: comment) else { return }
            if found != nil { edits.remove(key, from: set) }
            edits.add(key, value, comment: comment, to: set)
            counts[set, default: 0] += 1
        }
        for (set, elements) in present {
            for key in elements.rest {
                edits.remove(key, from: set)
                counts[set, default: 0] += 1
            }
        }
        self.edits = edits
        note(counts)
    }

    private mutating func compareEndpoints(_ kernel: inout KernelTable, _ state: TableState) {
        let isFlushed = flushes.contains(.endpoints)
        var remaining = KernelSlots()
        if !isFlushed { swap(&remaining, &kernel.endpoints) }
        var differences = isFlushed ? 1 : 0
        var edits = TableEdits()
        swap(&edits, &self.edits)
        state.forEachFrontend { frontend, lists in
            var found: [UInt32: Slot] = [:]
            let present = remaining.remove(frontend)
            if Self.agrees(present, lists) { return }
            for (slot, backend) in present { found[slot] = backend }
            for (list, slots) in lists {
                for (index, backend) in slots.slots.lazy.map({ Slot($0) }).enumerated() {
                    let slot = list.firstSlot + UInt32(index)
                    let present = found.removeValue(forKey: slot)
                    guard present != backend else { continue }
                    if present != nil { edits.remove(.slot(frontend, slot), from: .endpoints) }
                    edits.add(.slot(frontend, slot), .backend(backend), to: .endpoints)
                    differences += 1
                }
            }
            for slot in found.keys {
                edits.remove(.slot(frontend, slot), from: .endpoints)
                differences += 1
            }
        }
        for frontend in remaining.frontends {
            let slots = remaining[frontend]
            for (slot, _) in slots { edits.remove(.slot(frontend, slot), from: .endpoints) }
            differences += slots.count
        }
        self.edits = edits
        note([.endpoints: differences])
    }

    /// The common case, without a dictionary: the kernel has exactly these slots.
    private static func agrees(
        _ present: [(slot: UInt32, backend: Slot)], _ lists: [(list: RouteClass.Backends, slots: SlotList)]
    ) -> Bool {
        guard present.count == lists.reduce(0, { $0 + $1.slots.count }) else { return false }
        return present.allSatisfy { slot, backend in
            let list: RouteClass.Backends = slot < RouteClass.Backends.local.firstSlot ? .cluster : .local
            guard let slots = lists.first(where: { $0.list == list })?.slots else { return false }
            let index = Int(slot - list.firstSlot)
            return index < slots.count && Slot(slots.slots[index]) == backend
        }
    }

    private mutating func note(_ counts: [SetID: Int]) {
        for (set, count) in counts.sorted(by: { $0.key.definition.name < $1.key.definition.name }) where count > 0 {
            // A missing set has already been reported as a whole.
            guard !missingSets.contains(where: { $0.name == set.definition.name }) else { continue }
            let kind = set.definition.isMap ? "map" : "set"
            damage.append("\(count) element\(count == 1 ? "" : "s") of \(kind) \(set.definition.name)")
        }
    }
}

/// The kernel's elements of a set, and which of them have been found in the state.
private struct PresentElements {
    private let elements: OrderedDictionary<ElementKey, KernelTable.Element>
    private var isTaken: [Bool]

    init(_ elements: OrderedDictionary<ElementKey, KernelTable.Element>) {
        self.elements = elements
        isTaken = [Bool](repeating: false, count: elements.count)
    }

    mutating func take(_ key: ElementKey) -> KernelTable.Element? {
        guard let index = elements.index(forKey: key) else { return nil }
        isTaken[index] = true
        return elements.values[index]
    }

    /// The keys not taken.
    var rest: [ElementKey] {
        zip(elements.keys, isTaken).compactMap { key, isTaken in isTaken ? nil : key }
    }
}

extension Transaction {
    /// Repairs an existing table.
    mutating func write(_ repair: Reconciliation, _ state: TableState, to table: Table) {
        for set in repair.missingSets { add(set, to: table) }
        for chain in repair.missingChains { add(chain, to: table) }
        for set in repair.flushes { flush(set: set.definition.name, of: table) }
        // Foreign rules are removed before what they refer to, and chains exist before others lead to them.
        for (chain, _) in repair.rules { flush(chain: chain.name, of: table) }
        for (chain, rules) in repair.rules {
            for rule in rules { add(rule, to: chain.name, of: table) }
        }
        write(repair.edits, state.context, to: table)
        // Their rules refer to sets, and maps of verdicts to chains.
        for chain in repair.foreignChains { flush(chain: chain, of: table) }
        for set in repair.foreignSets { delete(set: set, of: table) }
        for chain in repair.foreignChains { delete(chain: chain, of: table) }
    }

    /// Replaces the existing table by a new one.
    mutating func writeAnew(_ state: TableState, to table: Table) {
        // Deleting requires that it exists.
        add(table)
        delete(table)
        writeSkeleton(state, to: table)
        write(Reconciliation.allElements(state), state.context, to: table)
    }

    /// A table without Services: everything but the elements.
    mutating func writeSkeleton(_ state: TableState, to table: Table) {
        add(table)
        for set in state.sets { add(set, to: table) }
        let chains = state.chains
        for (chain, _) in chains { add(chain, to: table) }
        for (chain, rules) in chains {
            for rule in rules { add(rule, to: chain.name, of: table) }
        }
        for routeClass in state.openClasses {
            add(.routeClass(routeClass.id), .verdict(routeClass.verdict), to: Layout.dispatch, of: table)
        }
    }
}

extension Reconciliation {
    /// Everything that a new table needs after its skeleton.
    static func allElements(_ state: TableState) -> TableEdits {
        var edits = TableEdits()
        state.forEachElement { set, key, value, comment in
            // The skeleton has the classes.
            if set != .dispatch { edits.add(key, value, comment: comment, to: set) }
        }
        state.forEachFrontend { frontend, lists in
            for (list, slots) in lists {
                for (index, backend) in slots.slots.enumerated() {
                    edits.add(.slot(frontend, list.firstSlot + UInt32(index)), .backend(Slot(backend)), to: .endpoints)
                }
            }
        }
        return edits
    }
}
