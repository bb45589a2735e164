import InternetAddresses
import NFTables

/// Elements added and removed in one transaction. Sets are independent in the kernel, so edits are kept by set, and the
/// elements of a set share a message.
struct TableEdits: Sendable {
    struct Addition: Sendable {
        var key: ElementKey
        var value: ElementValue
        var comment: String
    }

    struct SetEdits: Sendable {
        var removals: [ElementKey] = []
        var additions: [Addition] = []
    }

    private(set) var sets: [SetID: SetEdits] = [:]
    /// Classes used for the first time: their chains must exist before anything leads there.
    private(set) var newClasses: [RouteClass] = []
    private(set) var retiredClasses: [RouteClass] = []
    /// Lists with session affinity that are added, removed, or need different rules.
    private(set) var newStickyLists: [StickyNumber: StickyList] = [:]
    private(set) var changedStickyLists: [StickyNumber: StickyList] = [:]
    private(set) var retiredStickyLists: Set<StickyNumber> = []
    /// Whether the networks of the cluster's Services have changed.
    var changesServiceNetworks = false
    /// The number of elements.
    private(set) var count = 0
    private let isRecording: Bool

    /// Edits that are recorded, or discarded if only the state is needed, as for a comparison with the kernel.
    init(isRecording: Bool = true) {
        self.isRecording = isRecording
    }

    var isEmpty: Bool {
        count == 0 && newClasses.isEmpty && retiredClasses.isEmpty && newStickyLists.isEmpty
            && changedStickyLists.isEmpty && retiredStickyLists.isEmpty && !changesServiceNetworks
    }

    mutating func add(_ key: ElementKey, _ value: ElementValue = .none, comment: String = "", to set: SetID) {
        guard isRecording else { return }
        sets[set, default: SetEdits()].additions.append(Addition(key: key, value: value, comment: comment))
        count += 1
    }

    mutating func remove(_ key: ElementKey, from set: SetID) {
        guard isRecording else { return }
        sets[set, default: SetEdits()].removals.append(key)
        count += 1
    }

    /// Extracts the slots that are removed without replacement, for a separate transaction.
    ///
    /// A packet looks up its class and then a slot. If slots were removed together with the class that leads to them, a
    /// packet between the two lookups would find nothing, and its connection would stay untranslated.
    mutating func takeVacatedSlots() -> [ElementKey] {
        guard var slots = sets[.endpoints], !slots.removals.isEmpty else { return [] }
        let occupied = Set(slots.additions.map(\.key))
        let vacated = slots.removals.filter { !occupied.contains($0) }
        guard !vacated.isEmpty else { return [] }
        slots.removals.removeAll { !occupied.contains($0) }
        sets[.endpoints] = slots
        count -= vacated.count
        return vacated
    }

    mutating func open(_ routeClass: RouteClass) {
        if isRecording { newClasses.append(routeClass) }
    }

    mutating func retire(_ routeClass: RouteClass) {
        if isRecording { retiredClasses.append(routeClass) }
    }

    /// Gives a list its own chain and map, or lets it keep those it is about to lose.
    mutating func open(_ list: StickyList, _ number: StickyNumber) {
        guard isRecording else { return }
        if retiredStickyLists.remove(number) != nil {
            changedStickyLists[number] = list
        } else {
            newStickyLists[number] = list
        }
    }

    mutating func change(_ list: StickyList, _ number: StickyNumber) {
        guard isRecording else { return }
        if newStickyLists[number] != nil { newStickyLists[number] = list } else { changedStickyLists[number] = list }
    }

    mutating func retire(_ number: StickyNumber) {
        guard isRecording else { return }
        changedStickyLists[number] = nil
        if newStickyLists.removeValue(forKey: number) == nil { retiredStickyLists.insert(number) }
    }
}

extension Transaction {
    /// Writes the edits: targets before what leads to them, removals before additions, so that an
    /// element may be replaced.
    mutating func write(_ edits: TableEdits, _ context: LayoutContext, to table: Table) {
        for (number, list) in edits.newStickyLists {
            add(number.affinity, to: table)
            add(number.chain, to: table)
            for rule in list.rules(number, context) { add(rule, to: number.chain.name, of: table) }
        }
        for (number, list) in edits.changedStickyLists {
            flush(chain: number.chain.name, of: table)
            for rule in list.rules(number, context) { add(rule, to: number.chain.name, of: table) }
        }
        if edits.changesServiceNetworks { rewrite(Layout.unserved, context, in: table) }
        open(edits.newClasses, context, in: table)
        for (set, changes) in edits.sets {
            let definition = set.definition
            for key in changes.removals { remove(key, from: definition, of: table) }
            for addition in changes.additions {
                add(addition.key, addition.value, comment: addition.comment, to: definition, of: table)
            }
        }
        retire(edits.retiredClasses, from: table)
        for number in edits.retiredStickyLists {
            delete(chain: number.chain.name, of: table)
            delete(set: number.affinity.name, of: table)
        }
    }

    /// Removes the chains of classes no longer in use.
    mutating func retire(_ classes: [RouteClass], from table: Table) {
        for routeClass in classes { remove(.routeClass(routeClass.id), from: Layout.dispatch, of: table) }
        for chain in classes.compactMap(\.chain) { delete(chain: chain.name, of: table) }
    }

    /// The chains of classes, then the elements that lead there.
    private mutating func open(_ classes: [RouteClass], _ context: LayoutContext, in table: Table) {
        for routeClass in classes {
            guard let chain = routeClass.chain else { continue }
            add(chain, to: table)
            for rule in routeClass.rules(context) { add(rule, to: chain.name, of: table) }
        }
        for routeClass in classes {
            add(.routeClass(routeClass.id), .verdict(routeClass.verdict), to: Layout.dispatch, of: table)
        }
    }

    private mutating func rewrite(_ chain: Chain, _ context: LayoutContext, in table: Table) {
        flush(chain: chain.name, of: table)
        for (other, rules) in Layout.rules(context) where other == chain {
            for rule in rules { add(rule, to: chain.name, of: table) }
        }
    }
}
