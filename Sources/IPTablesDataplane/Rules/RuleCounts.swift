import Dataplane
import IPTables
import InternetAddresses

/// Numbers of rules by table. The table mangle has none.
struct RuleCounts: Sendable, Hashable {
    var filter = 0
    var nat = 0

    init(filter: Int = 0, nat: Int = 0) {
        self.filter = filter
        self.nat = nat
    }

    /// The rules that an input writes.
    init<Owner>(_ input: RestoreInput<Owner>) {
        self.init(filter: input.ruleCount(in: .filter), nat: input.ruleCount(in: .nat))
    }

    subscript(table: Table) -> Int {
        get {
            switch table {
            case .filter: filter
            case .nat: nat
            case .mangle: 0
            }
        }
        set {
            switch table {
            case .filter: filter = newValue
            case .nat: nat = newValue
            case .mangle: break
            }
        }
    }

    static func + (left: Self, right: Self) -> Self {
        Self(filter: left.filter + right.filter, nat: left.nat + right.nat)
    }

    static func - (left: Self, right: Self) -> Self {
        Self(filter: left.filter - right.filter, nat: left.nat - right.nat)
    }

    /// In the form of a report, together with those `written`.
    func report(_ family: IPFamily, written: RuleCounts) -> [RuleCount] {
        [Table.filter, .nat].map {
            RuleCount(family: family, table: $0.rawValue, total: self[$0], written: written[$0])
        }
    }
}

extension FixedRules {
    /// The rules other than Services', without the jumps from built-in chains, which kube-proxy does not count either.
    var counts: RuleCounts {
        RuleCounts(
            filter: rules(in: .filter).count + localhostFirewall.count,
            nat: rules(in: .nat).count + nodePortJumps.count)
    }
}

extension ServiceRules {
    /// The rules in the route's own chains.
    var ownRuleCount: Int { chains.reduce(0) { $0 + $1.rules.count } }
}
