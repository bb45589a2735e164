import IPTables
import InternetAddresses
import ServiceRouting

/// The rules of one IP family, and the restore input for changes of them.
///
/// A plain value without I/O. The cost of a change depends on the changed routes, except for shared chains in which
/// their rules differ: those are written as a whole, from cached lines.
struct RuleTable: Sendable {
    /// A route, and its rules in the shared chains.
    private struct Programmed: Sendable {
        var route: ServicePortRoute
        var shared: [SharedRule]
        /// The rules in its own chains.
        var ownRuleCount = 0

        var counts: RuleCounts {
            shared.reduce(into: RuleCounts(nat: ownRuleCount)) { $0[$1.chain.table] += 1 }
        }
    }

    /// One route that is added, removed or changed: its rules before and after.
    struct Edit: Sendable {
        var key: RouteKey
        fileprivate(set) var route: ServicePortRoute?
        fileprivate(set) var old = ServiceRules()
        fileprivate(set) var new = ServiceRules()
    }

    /// With more endpoints than this, rules have no comments.
    static let largeClusterThreshold = 1000

    private(set) var context: RuleContext
    private var programmed: [RouteKey: Programmed] = [:]
    private var endpointCount = 0
    private var serviceRules = RuleCounts()
    /// Endpoints of Services that the table does not know; they count for the size of the cluster.
    var otherEndpoints = 0

    init(context: RuleContext) {
        self.context = context
    }

    /// All routes, in no particular order.
    var routes: some Collection<ServicePortRoute> { programmed.values.lazy.map(\.route) }

    private var withComments: Bool { endpointCount + otherEndpoints <= Self.largeClusterThreshold }

    /// All rules of the table, in chains that are ours alone.
    var ruleCounts: RuleCounts { serviceRules + FixedRules(context: context).counts }

    /// The effect of `entries` on the rules. The table itself is unchanged until ``commit(_:)``.
    func edits(_ entries: some Sequence<RoutingChange.Entry>) -> [Edit] {
        entries.map { entry in
            var edit = Edit(key: entry.key, route: entry.new)
            // Our own record decides, not the caller's: it is what the kernel holds.
            if let old = programmed[entry.key] { edit.old = rules(old.route) }
            if let new = entry.new { edit.new = rules(new) }
            return edit
        }
    }

    /// Records that the kernel has applied the edits, or is about to.
    mutating func commit(_ edits: [Edit]) {
        for edit in edits {
            endpointCount -= programmed[edit.key]?.route.endpointEstimate ?? 0
            set(
                edit.key,
                edit.route.map {
                    Programmed(route: $0, shared: edit.new.shared, ownRuleCount: edit.new.ownRuleCount)
                })
            endpointCount += edit.route?.endpointEstimate ?? 0
        }
    }

    /// Replaces everything. The kernel follows only once a ``FullSync`` is complete.
    mutating func replace(_ routes: some Sequence<ServicePortRoute>, context: RuleContext) {
        self.context = context
        programmed.removeAll(keepingCapacity: true)
        endpointCount = 0
        serviceRules = RuleCounts()
        for route in routes where route.key.family == context.family {
            set(route.key, Programmed(route: route, shared: RoutePlan(route).sharedRules(in: context)))
            endpointCount += route.endpointEstimate
        }
    }

    /// Removes a route whose rules the kernel refuses.
    mutating func forget(_ key: RouteKey) {
        guard let old = programmed[key] else { return }
        set(key, nil)
        endpointCount -= old.route.endpointEstimate
    }

    /// Records the number of rules in a route's own chains, once they have been made.
    mutating func record(_ rules: ServiceRules, of key: RouteKey) {
        guard var entry = programmed[key], entry.ownRuleCount != rules.ownRuleCount else { return }
        entry.ownRuleCount = rules.ownRuleCount
        set(key, entry)
    }

    private mutating func set(_ key: RouteKey, _ entry: Programmed?) {
        if let old = programmed[key] { serviceRules = serviceRules - old.counts }
        if let entry { serviceRules = serviceRules + entry.counts }
        programmed[key] = entry
    }

    private func rules(_ route: ServicePortRoute) -> ServiceRules {
        ServiceRules(route, in: context, withComments: withComments)
    }

    // MARK: - Input

    /// The input that applies exactly the edits.
    func input(for edits: [Edit]) -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        let edited = Set(edits.map(\.key))
        for chain in SharedChain.allCases where edits.contains(where: { $0.differs(in: chain) }) {
            input.declare(chain.name, in: chain.table)
            for (key, entry) in programmed where !edited.contains(key) { input.add(entry.shared, in: chain, for: key) }
            for edit in edits { input.add(edit.new.shared, in: chain, for: edit.key) }
            if chain == .services { addNodePortJumps(to: &input) }
        }
        for edit in edits { input.add(edit) }
        return input
    }

    /// The rules of a route; `nil` if the table does not have it.
    func rules(for key: RouteKey) -> ServiceRules? { programmed[key].map { rules($0.route) } }

    /// Writes a shared chain with the rules of all routes.
    func addSharedChain(_ chain: SharedChain, to input: inout RestoreInput<RouteKey>) {
        input.declare(chain.name, in: chain.table)
        for (key, entry) in programmed { input.add(entry.shared, in: chain, for: key) }
        if chain == .services { addNodePortJumps(to: &input) }
    }

    /// The contents of the shared chains; no entry for an empty one.
    var sharedDigests: [SharedChain: ChainDigest] {
        var digests: [SharedChain: ChainDigest] = [:]
        for entry in programmed.values {
            for rule in entry.shared { digests[rule.chain, default: ChainDigest()].append(rule.text) }
        }
        for rule in FixedRules(context: context).nodePortJumps {
            digests[.services, default: ChainDigest()].append(rule)
        }
        return digests
    }

    private func addNodePortJumps(to input: inout RestoreInput<RouteKey>) {
        for rule in FixedRules(context: context).nodePortJumps { input.add(rule, in: .nat) }
    }
}

extension RuleTable.Edit {
    fileprivate func differs(in chain: SharedChain) -> Bool {
        !old.shared.lazy.filter { $0.chain == chain }.elementsEqual(new.shared.lazy.filter { $0.chain == chain })
    }
}

extension RestoreInput where Owner == RouteKey {
    fileprivate mutating func add(_ chain: ServiceRules.Chain, for route: RouteKey) {
        declare(chain.name, in: .nat, for: route)
        for rule in chain.rules { add(rule, in: .nat, for: route) }
    }

    fileprivate mutating func add(_ rules: [SharedRule], in chain: SharedChain, for route: RouteKey) {
        for rule in rules where rule.chain == chain { add(rule.text, in: chain.table, for: route) }
    }

    /// Writes the route's own chains that are new or differ, and removes those no longer needed.
    fileprivate mutating func add(_ edit: RuleTable.Edit) {
        let old = Dictionary(edit.old.chains.map { ($0.name, $0.rules) }, uniquingKeysWith: { first, _ in first })
        for chain in edit.new.chains where old[chain.name] != chain.rules { add(chain, for: edit.key) }
        let kept = Set(edit.new.chains.map(\.name))
        for chain in edit.old.chains where !kept.contains(chain.name) {
            declare(chain.name, in: .nat)
            remove(chain.name, in: .nat)
        }
    }
}
