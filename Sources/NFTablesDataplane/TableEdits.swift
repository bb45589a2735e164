import Dataplane
import InternetAddresses
import NFTables

/// Elements that come and go in one transaction. Sets are independent of each other in the kernel, so the edits are kept by
/// set: the elements of a set share a message that way.
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
    /// Classes that are used for the first time: their chains come before anything leads there.
    private(set) var newClasses: [RouteClass] = []
    private(set) var retiredClasses: [RouteClass] = []
    /// Timeouts that are used for the first time, and those that are not used any more.
    private(set) var newTimeouts: [UInt32] = []
    private(set) var retiredTimeouts: [UInt32] = []
    /// Frontends some of whose clients may be remembered with a backend that they are not to reach any more, and the
    /// backends that they may be remembered with.
    private(set) var affinityChecks: [FrontendKey: Set<Slot>] = [:]
    /// How many elements there are.
    private(set) var count = 0
    private let isRecording: Bool

    /// Edits that are kept, or that nobody wants: whoever compares with the kernel afterwards needs the state alone.
    init(isRecording: Bool = true) {
        self.isRecording = isRecording
    }

    var isEmpty: Bool {
        count == 0 && newClasses.isEmpty && retiredClasses.isEmpty && newTimeouts.isEmpty && retiredTimeouts.isEmpty
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

    mutating func checkAffinity(of frontend: FrontendKey, validBackends: Set<Slot>) {
        guard isRecording else { return }
        affinityChecks[frontend] = validBackends
    }

    mutating func open(_ routeClass: RouteClass) {
        if isRecording { newClasses.append(routeClass) }
    }

    mutating func retire(_ routeClass: RouteClass) {
        if isRecording { retiredClasses.append(routeClass) }
    }

    mutating func open(timeout: UInt32) {
        if isRecording { newTimeouts.append(timeout) }
    }

    mutating func retire(timeout: UInt32) {
        if isRecording { retiredTimeouts.append(timeout) }
    }
}

extension Transaction {
    /// Writes the edits: first what others lead to, then what leads there; removals before additions, so that an element
    /// may be replaced.
    mutating func write(_ edits: TableEdits, timeouts: [UInt32], to table: Table) {
        open(edits.newClasses, in: table)
        for timeout in edits.newTimeouts { add(Layout.sticky(timeout), to: table) }
        if !edits.newTimeouts.isEmpty || !edits.retiredTimeouts.isEmpty { rewriteRemember(timeouts, in: table) }
        for (set, changes) in edits.sets {
            let definition = set.definition
            for key in changes.removals { remove(key, from: definition, of: table) }
            for addition in changes.additions {
                add(addition.key, addition.value, comment: addition.comment, to: definition, of: table)
            }
        }
        for timeout in edits.retiredTimeouts { delete(set: Layout.sticky(timeout).name, of: table) }
        for routeClass in edits.retiredClasses { remove(.routeClass(routeClass.id), from: Layout.dispatch, of: table) }
        // The one that falls back to another goes first.
        for case .pick(let count, let list, sticky: true) in edits.retiredClasses {
            delete(chain: RouteClass.pick(count: count, list, sticky: true).chain.name, of: table)
        }
        for case .pick(let count, let list, sticky: false) in edits.retiredClasses {
            delete(chain: RouteClass.pick(count: count, list, sticky: false).chain.name, of: table)
        }
    }

    /// The chains of classes, which may lead to each other, then their rules, then the way there.
    private mutating func open(_ classes: [RouteClass], in table: Table) {
        for case .pick(let count, let list, let sticky) in classes {
            add(RouteClass.pick(count: count, list, sticky: sticky).chain, to: table)
        }
        for routeClass in classes {
            for rule in routeClass.rules { add(rule, to: routeClass.chain.name, of: table) }
        }
        for routeClass in classes {
            add(.routeClass(routeClass.id), .verdict(routeClass.verdict), to: Layout.dispatch, of: table)
        }
    }

    private mutating func rewriteRemember(_ timeouts: [UInt32], in table: Table) {
        flush(chain: Layout.remember.name, of: table)
        let rules = Layout.rules(table.family, .init(), timeouts: timeouts)
        for (chain, rules) in rules where chain == Layout.remember {
            for rule in rules { add(rule, to: chain.name, of: table) }
        }
    }
}
