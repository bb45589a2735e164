import Dataplane
import InternetAddresses
import NFTables

/// The difference between what the kernel holds and what it is to hold.
struct Reconciliation: Sendable {
    /// What is wrong, in a few words each, for the log.
    private(set) var damage: [String] = []
    /// The table has to be made anew, because a set or a base chain in it is not what it should be.
    private(set) var mustRebuild = false
    private(set) var missingSets: [NamedSet] = []
    private(set) var foreignSets: [String] = []
    private(set) var missingChains: [Chain] = []
    private(set) var foreignChains: [String] = []
    /// Chains whose rules are written again.
    private(set) var rules: [(chain: Chain, rules: [Rule])] = []
    private(set) var podNetworks: PodNetworks?
    /// Sets with elements that cannot be understood: they are emptied first.
    private(set) var flushes: [SetID] = []
    private(set) var edits = TableEdits()

    var isEmpty: Bool { damage.isEmpty }

    /// Takes the kernel's elements apart as it goes: there may be hundreds of thousands, and a copy of them costs as much
    /// memory again.
    init(_ kernel: consuming KernelTable, _ state: TableState, _ configuration: DataplaneConfiguration) {
        compareDeclarations(kernel, state, configuration)
        guard !mustRebuild else { return }
        compareElements(&kernel, state)
        compareEndpoints(&kernel, state)
        let pods = PodNetworks(configuration.localTraffic.networks(of: state.family))
        if PodNetworks(kernel.podNetworks) != pods || kernel.sets[Layout.podNetworks.name] != true {
            podNetworks = pods
            damage.append("set \(Layout.podNetworks.name)")
        }
    }

    private mutating func compareDeclarations(
        _ kernel: KernelTable, _ state: TableState, _ configuration: DataplaneConfiguration
    ) {
        if kernel.flags != 0 {
            mustRebuild = true
            damage.append("flags")
        }
        let sets = Layout.sets + state.timeouts.inUse.map(Layout.sticky)
        for set in sets {
            switch kernel.sets[set.name] {
            case nil: missingSets.append(set)
            case false?: mustRebuild = true
            case true?: continue
            }
            damage.append("\(set.isMap ? "map" : "set") \(set.name)")
        }
        foreignSets = kernel.sets.keys.filter { name in !sets.contains { $0.name == name } }.sorted()
        damage += foreignSets.map { "foreign set \($0)" }

        let expected = Self.chains(state, configuration)
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

    /// All chains that the table is to have, those that others lead to first.
    static func chains(
        _ state: TableState, _ configuration: DataplaneConfiguration
    ) -> [(chain: Chain, rules: [Rule])] {
        let classes = state.openClasses.filter { $0 != .refuse && $0 != .drop }.sorted { $0.id < $1.id }
        return classes.map { ($0.chain, $0.rules) }
            + Layout.rules(state.family, configuration, timeouts: Array(state.timeouts.inUse))
    }

    private mutating func compareElements(_ kernel: inout KernelTable, _ state: TableState) {
        flushes = kernel.foreign.sorted { $0.definition.name < $1.definition.name }
        var remaining: [SetID: [ElementKey: KernelTable.Element]] = [:]
        swap(&remaining, &kernel.elements)
        var counts: [SetID: Int] = [:]
        for set in flushes {
            remaining[set] = nil
            counts[set, default: 0] += 1
        }
        var edits = TableEdits()
        state.forEachElement { set, key, value, comment in
            let found = remaining[set]?.removeValue(forKey: key)
            guard found != KernelTable.Element(value: value, comment: comment) else { return }
            if found != nil { edits.remove(key, from: set) }
            edits.add(key, value, comment: comment, to: set)
            counts[set, default: 0] += 1
        }
        let declared = Set(state.timeouts.inUse)
        for (set, elements) in remaining {
            // A set that goes takes its elements along.
            if case .sticky(let timeout) = set, !declared.contains(timeout) { continue }
            for key in elements.keys { edits.remove(key, from: set) }
            if !elements.isEmpty { counts[set, default: 0] += elements.count }
        }
        self.edits = edits
        note(counts)
    }

    private mutating func compareEndpoints(_ kernel: inout KernelTable, _ state: TableState) {
        let isFlushed = flushes.contains(.endpoints)
        var remaining: [FrontendKey: [(slot: UInt32, backend: Slot)]] = [:]
        if !isFlushed { swap(&remaining, &kernel.endpoints) }
        var differences = isFlushed ? 1 : 0
        var edits = TableEdits()
        swap(&edits, &self.edits)
        state.forEachFrontend { frontend, lists in
            var found: [UInt32: Slot] = [:]
            if let present = remaining.removeValue(forKey: frontend) {
                if Self.agrees(present, lists) { return }
                for (slot, backend) in present { found[slot] = backend }
            }
            for (list, slots) in lists {
                for (index, backend) in slots.slots.enumerated() {
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
        for (frontend, slots) in remaining {
            for (slot, _) in slots { edits.remove(.slot(frontend, slot), from: .endpoints) }
            differences += slots.count
        }
        self.edits = edits
        note([.endpoints: differences])
    }

    /// The common case, without a dictionary: the kernel has just these slots.
    private static func agrees(
        _ present: [(slot: UInt32, backend: Slot)], _ lists: [(list: RouteClass.Backends, slots: SlotList)]
    ) -> Bool {
        guard present.count == lists.reduce(0, { $0 + $1.slots.count }) else { return false }
        return present.allSatisfy { slot, backend in
            let list: RouteClass.Backends = slot < RouteClass.Backends.local.firstSlot ? .cluster : .local
            guard let slots = lists.first(where: { $0.list == list })?.slots else { return false }
            let index = Int(slot - list.firstSlot)
            return index < slots.count && slots.slots[index] == backend
        }
    }

    private mutating func note(_ counts: [SetID: Int]) {
        for (set, count) in counts.sorted(by: { $0.key.definition.name < $1.key.definition.name }) where count > 0 {
            // Of a set that is missing as a whole, enough has been said.
            guard !missingSets.contains(where: { $0.name == set.definition.name }) else { continue }
            let kind = set.definition.isMap ? "map" : "set"
            damage.append("\(count) element\(count == 1 ? "" : "s") of \(kind) \(set.definition.name)")
        }
    }
}

extension Transaction {
    /// Mends a table that is there.
    mutating func write(_ repair: Reconciliation, to table: Table) {
        for set in repair.missingSets { add(set, to: table) }
        for chain in repair.missingChains { add(chain, to: table) }
        if let pods = repair.podNetworks {
            flush(set: Layout.podNetworks.name, of: table)
            add(pods, to: table)
        }
        for set in repair.flushes { flush(set: set.definition.name, of: table) }
        // Foreign rules are gone before what they refer to, and chains before others lead to them.
        for (chain, _) in repair.rules { flush(chain: chain.name, of: table) }
        for (chain, rules) in repair.rules {
            for rule in rules { add(rule, to: chain.name, of: table) }
        }
        write(repair.edits, timeouts: [], to: table)
        // Their rules refer to sets, and maps of verdicts to chains.
        for chain in repair.foreignChains { flush(chain: chain, of: table) }
        for set in repair.foreignSets { delete(set: set, of: table) }
        for chain in repair.foreignChains { delete(chain: chain, of: table) }
    }

    /// A new table in the place of whatever is there.
    mutating func writeAnew(_ state: TableState, _ configuration: DataplaneConfiguration, to table: Table) {
        // Deleting wants something to delete.
        add(table)
        delete(table)
        writeSkeleton(state, configuration, to: table)
        write(Reconciliation.allElements(state), timeouts: [], to: table)
    }

    /// A table without Services: everything is there but the elements.
    mutating func writeSkeleton(
        _ state: TableState, _ configuration: DataplaneConfiguration, to table: Table
    ) {
        add(table)
        for set in Layout.sets + state.timeouts.inUse.map(Layout.sticky) { add(set, to: table) }
        add(PodNetworks(configuration.localTraffic.networks(of: table.family)), to: table)
        let chains = Reconciliation.chains(state, configuration)
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
    /// Everything that a new table lacks behind its skeleton.
    static func allElements(_ state: TableState) -> TableEdits {
        var edits = TableEdits()
        state.forEachElement { set, key, value, comment in
            // The skeleton has the classes.
            if set != .dispatch { edits.add(key, value, comment: comment, to: set) }
        }
        state.forEachFrontend { frontend, lists in
            for (list, slots) in lists {
                for (index, backend) in slots.slots.enumerated() {
                    edits.add(.slot(frontend, list.firstSlot + UInt32(index)), .backend(backend), to: .endpoints)
                }
            }
        }
        return edits
    }
}
