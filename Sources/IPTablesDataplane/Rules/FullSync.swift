import IPTables
import ServiceRouting

/// The way from whatever the kernel holds to a whole ``RuleTable``, in inputs of bounded size.
///
/// First comes what all Services build upon, then their own chains, stage by stage, and last, at once, what leads to them.
/// So nobody is led to a chain that is not complete.
struct FullSync {
    /// The table as far as the kernel takes it.
    private(set) var table: RuleTable
    private let existing: SavedRules
    private var step = Step.foundation
    private var keys: ArraySlice<RouteKey>
    /// Chains of Services that the kernel has and nobody wants.
    private var stale: Set<String>

    private enum Step {
        case foundation
        /// The own chains of so many routes at the start of `keys`.
        case chains(routes: Int, names: [String])
        case frontends
        case done
    }

    /// So many lines are enough for a stage.
    private let stageSize: Int
    /// So many routes at most are in the next stage.
    private var routeLimit = Int.max

    init(_ table: RuleTable, existing: SavedRules, stageSize: Int = .max) {
        self.table = table
        self.stageSize = stageSize
        self.existing = existing
        keys = table.routes.map(\.key)[...]
        stale = existing.chains(in: .nat).filter(ChainName.isOfService)
    }

    /// The input of this stage; `nil` when all are through.
    mutating func next() -> RestoreInput<RouteKey>? {
        switch step {
        case .foundation: foundation
        case .chains: chains()
        case .frontends: frontends
        case .done: nil
        }
    }

    /// Goes on to the next stage, because the kernel has taken this one.
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

    /// What to do about an input that was refused.
    enum Remedy: Hashable {
        /// This route has been taken out; the stage begins anew without it.
        case withoutRoute(RouteKey)
        /// The stage begins anew with fewer routes, to find the one.
        case smaller
        /// No route is to blame.
        case none
    }

    /// Finds the route for which `input` was refused, by the line that the program named.
    ///
    /// Where the kernel refuses a table as a whole, that is the line of the `COMMIT`, and only halving tells.
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

    private var foundation: RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        for table in Table.allCases {
            for chain in FixedRules.chains(in: table) { input.declare(chain, in: table) }
        }
        // Kubelet may have rules there: it is emptied only to be filled.
        if table.context.localhostNodePorts || !existing.chains(in: .filter).contains(ChainName.localhostFirewall) {
            input.declare(ChainName.localhostFirewall, in: .filter)
        }
        let fixed = FixedRules(context: table.context)
        for table in Table.allCases {
            for rule in fixed.rules(in: table) { input.add(rule, in: table) }
        }
        return input
    }

    private mutating func chains() -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        var declared: [(chain: String, route: RouteKey)] = []
        var routes = 0
        for key in keys.prefix(routeLimit) where input.lineCount < stageSize {
            routes += 1
            for chain in table.rules(for: key)?.chains ?? [] {
                declared.append((chain.name, key))
                for rule in chain.rules { input.add(rule, in: .nat, for: key) }
            }
        }
        // The nft back end keeps chains in order, and finds the place of one faster when they come in order.
        declared.sort { $0.chain < $1.chain }
        for (chain, route) in declared { input.declare(chain, in: .nat, for: route) }
        step = .chains(routes: routes, names: declared.map(\.chain))
        return input
    }

    private var frontends: RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        table.addSharedChains(to: &input)
        for jump in FixedRules.jumps where !existing.contains(jump.rule, in: jump.table) {
            input.add("-I \(jump.rest)", in: jump.table)
        }
        for chain in stale.sorted() {
            input.declare(chain, in: .nat)
            input.remove(chain, in: .nat)
        }
        return input
    }
}
