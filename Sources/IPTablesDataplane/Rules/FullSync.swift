import IPTables
import ServiceRouting

/// A plan that turns the kernel's rules into those of a ``RuleTable``, in inputs of bounded size. Correct
/// chains are not touched.
///
/// Fixed chains come first, then the Services' own chains, stage by stage, and last, in one input, the shared chains
/// that jump to them, so that no packet enters an incomplete chain.
struct FullSync {
    /// The table, without refused routes.
    private(set) var table: RuleTable
    private let existing: SavedRules
    /// The chains that differed, such as `nat KUBE-SERVICES`; one whose input was refused may appear twice.
    private(set) var changed: [String] = []
    private var step = Step.foundation
    private var keys: ArraySlice<RouteKey>
    /// Chains of Services that are no longer wanted.
    private var stale: Set<String>

    private enum Step {
        case foundation
        /// The chains of the first routes in `keys`.
        case chains(routes: Int, names: [String])
        case frontends
        case done
    }

    /// The number of lines after which a stage ends.
    private let stageSize: Int
    /// The maximum number of routes in the next stage.
    private var routeLimit = Int.max

    init(_ table: RuleTable, existing: SavedRules, stageSize: Int = .max) {
        self.table = table
        self.stageSize = stageSize
        self.existing = existing
        keys = table.routes.map(\.key)[...]
        stale = existing.chains(in: .nat).filter(ChainName.isOfService)
    }

    /// The input of the current stage; `nil` after the last one.
    mutating func next() -> RestoreInput<RouteKey>? {
        switch step {
        case .foundation: foundation()
        case .chains: chains()
        case .frontends: frontends()
        case .done: nil
        }
    }

    /// Moves on to the next stage, once the input has been applied.
    mutating func advance() {
        switch step {
        case .foundation: step = keys.isEmpty ? .frontends : .chains(routes: 0, names: [])
        case .chains(let routes, let names):
            keys.removeFirst(routes)
            routeLimit = .max
            stale.subtract(names)
            if keys.isEmpty { step = .frontends }
        case .frontends, .done: step = .done
        }
    }

    /// The consequence of a refused input.
    enum Remedy: Hashable {
        /// This route has been removed; the stage starts over without it.
        case withoutRoute(RouteKey)
        /// The stage starts over with fewer routes, to find the culprit.
        case smaller
        /// No route is to blame.
        case none
    }

    /// Finds the route for which `input` was refused, by the line that the program named.
    ///
    /// If the kernel refuses a whole table, it names the line of its `COMMIT`, and the route is found by bisection.
    mutating func remedy(refusedAt line: Int, of input: RestoreInput<RouteKey>) -> Remedy {
        var culprit = input.owner(atLine: line)
        if culprit == nil, case .chains(let routes, _) = step {
            if routes > 1 {
                routeLimit = routes / 2
                return .smaller
            }
            culprit = keys.first
        }
        guard let culprit else { return .none }
        table.forget(culprit)
        routeLimit = .max
        return .withoutRoute(culprit)
    }

    private mutating func foundation() -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        let fixed = FixedRules(context: table.context)
        for table in Table.allCases {
            let rules = fixed.rules(in: table)
            for chain in FixedRules.chains(in: table) {
                let own = rules.filter { $0.hasPrefix("-A \(chain) ") }
                guard isMissing(chain, in: table, ChainDigest(own)) else { continue }
                input.declare(chain, in: table)
                for rule in own { input.add(rule, in: table) }
            }
        }
        addLocalhostFirewall(fixed.localhostFirewall, to: &input)
        return input
    }

    /// The chain is shared with kubelet: it is flushed only if we have rules for it.
    private mutating func addLocalhostFirewall(_ rules: [String], to input: inout RestoreInput<RouteKey>) {
        let chain = ChainName.localhostFirewall
        let exists = existing.digest(of: chain, in: .filter) != nil
        guard !exists || !rules.isEmpty, isMissing(chain, in: .filter, ChainDigest(rules)) else { return }
        input.declare(chain, in: .filter)
        for rule in rules { input.add(rule, in: .filter) }
    }

    private mutating func chains() -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        var declared: [(chain: String, route: RouteKey)] = []
        var names: [String] = []
        var routes = 0
        for key in keys.prefix(routeLimit) where input.lineCount < stageSize {
            routes += 1
            let rules = table.rules(for: key)
            if let rules { table.record(rules, of: key) }
            for chain in rules?.chains ?? [] {
                names.append(chain.name)
                guard isMissing(chain.name, in: .nat, ChainDigest(chain.rules)) else { continue }
                declared.append((chain.name, key))
                for rule in chain.rules { input.add(rule, in: .nat, for: key) }
            }
        }
        // The nft back end keeps a sorted list of chains, to which it adds faster in order.
        declared.sort { $0.chain < $1.chain }
        for (chain, route) in declared { input.declare(chain, in: .nat, for: route) }
        step = .chains(routes: routes, names: names)
        return input
    }

    private mutating func frontends() -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        let wanted = table.sharedDigests
        for chain in SharedChain.allCases {
            let digest = wanted[chain] ?? ChainDigest()
            let found = existing.digest(of: chain.name, in: chain.table)
            // Services may be in any order, but the jump to node ports must be last.
            if let found, found.hasSameRules(as: digest, sameLast: chain == .services) { continue }
            changed.append("\(chain.table.rawValue) \(chain.name)")
            table.addSharedChain(chain, to: &input)
        }
        for jump in FixedRules.jumps where !existing.contains(jump.rule, in: jump.table) {
            changed.append("\(jump.table.rawValue) \(jump.from)")
            input.add("-I \(jump.rest)", in: jump.table)
        }
        for chain in stale.sorted() {
            changed.append("nat \(chain)")
            input.declare(chain, in: .nat)
            input.remove(chain, in: .nat)
        }
        return input
    }

    /// Whether the kernel has no such chain, or one with other rules.
    private mutating func isMissing(_ chain: String, in table: Table, _ wanted: ChainDigest) -> Bool {
        guard existing.digest(of: chain, in: table) != wanted else { return false }
        changed.append("\(table.rawValue) \(chain)")
        return true
    }
}
