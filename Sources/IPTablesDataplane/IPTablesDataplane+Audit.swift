package import Dataplane
import IPTables
import InternetAddresses
package import ServiceRouting

extension IPTablesDataplane {
    /// Compares what this mode or kube-proxy's iptables mode has programmed with a snapshot. Changes nothing.
    ///
    /// Without a `configuration`, rules that depend on it are not compared. Missing families are skipped.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ configuration: IPTablesConfiguration?,
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> KernelAudit {
        try await IPTablesDataplane(executor: executor).compare(snapshot, scope, configuration)
    }

    private func compare(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ configuration: IPTablesConfiguration?
    ) throws(DataplaneError) -> KernelAudit {
        try DataplaneError.wrapping { () throws(IPTablesError) in
            let programs = try IPTablesPrograms.chosen()
            let randomFully = try programs.version().map { !$0.lexicographicallyPrecedes([1, 6, 2]) } ?? true
            var audit = KernelAudit(isProgrammed: false)
            var found: [InspectedFrontend] = []
            for family in IPFamily.allCases {
                do throws(IPTablesError) {
                    let rules =
                        scope.isWhole
                        ? try programs.programmed(family, keepingAllRules: true)
                        : try programs.programmed(family, of: snapshot)
                    guard rules.chains(in: .nat).contains(ChainName.services) else { continue }
                    audit.isProgrammed = true
                    found += RuleInspection(rules, family).frontends
                    let comparison = RuleComparison(
                        rules, snapshot, scope, family, configuration, randomFully: randomFully)
                    audit.damage += comparison.damage
                } catch {
                    guard error.isAbsence else { throw error }
                }
            }
            if !scope.isWhole {
                let places = Set(
                    snapshot.routes.flatMap { route in route.frontends.map { InspectedFrontend($0, of: route).place } })
                found.removeAll { !places.contains($0.place) }
            }
            audit.discrepancies = FrontendDiscrepancy.all(found, against: snapshot)
            audit.frontendCount = found.count
            return audit
        }
    }
}

extension IPTablesPrograms {
    /// The chains that connections to the Services of a snapshot pass, and those that all pass.
    fileprivate func programmed(
        _ family: IPFamily, of snapshot: RoutingSnapshot
    ) throws(IPTablesError) -> SavedRules {
        var chains: [Table: Set<String>] = [
            .filter: ["INPUT", "FORWARD", "OUTPUT", ChainName.localhostFirewall],
            .nat: ["PREROUTING", "OUTPUT", "POSTROUTING"],
        ]
        for table in Table.allCases { chains[table, default: []].formUnion(FixedRules.chains(in: table)) }
        for shared in SharedChain.allCases { chains[shared.table, default: []].insert(shared.name) }
        var own: Set<String> = []
        for route in snapshot.routes where route.key.family == family {
            let plan = RoutePlan(route)
            own.formUnion([plan.clusterChain, plan.localChain, plan.externalChain, plan.firewallChain])
            own.formUnion(plan.endpoints.map(\.name))
        }
        chains[.nat, default: []].formUnion(own)
        var rules = try programmed(family, chains: chains)
        // The kernel's rules may lead to others: to endpoints that have gone, or to another Service's chains.
        let routes = snapshot.routes.filter { $0.key.family == family }
        for _ in 0..<Self.followLimit {
            let targets = RuleInspection(rules, family).targets(of: routes, own)
            let unread = targets.subtracting(rules.chains(in: .nat)).subtracting(own)
            guard !unread.isEmpty else { break }
            own.formUnion(unread)
            chains[.nat, default: []].formUnion(unread)
            rules = try programmed(family, chains: chains)
        }
        return rules
    }

    /// External, firewall, Service, endpoint.
    private static let followLimit = 4
}

/// The chains that differ from what they should be, and whom that concerns.
struct RuleComparison {
    let damage: [KernelAudit.Damage]

    init(
        _ rules: SavedRules, _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ family: IPFamily,
        _ configuration: IPTablesConfiguration?, randomFully: Bool
    ) {
        // Whether rules count packets depends on the kernel at the time when they were written, and whether they have
        // comments on the number of endpoints of all Services, of which only some may be known.
        var best: (table: RuleTable, changed: [String])?
        for (counters, largeCluster) in [(true, false), (false, false), (true, true), (false, true)] {
            guard !largeCluster || !scope.isWhole else { break }
            var table = RuleTable(
                context: RuleContext(
                    configuration ?? IPTablesConfiguration(), family: family, nodePorts: snapshot.nodePorts,
                    capabilities: Capabilities(randomFully: randomFully, counters: counters)))
            if largeCluster { table.otherEndpoints = RuleTable.largeClusterThreshold + 1 }
            table.replace(snapshot.routes, context: table.context)
            var sync = FullSync(table, existing: rules)
            while sync.next() != nil { sync.advance() }
            if best.map({ sync.changed.count < $0.changed.count }) ?? true { best = (table, sync.changed) }
            if sync.changed.isEmpty { break }
        }
        guard let best else {
            damage = []
            return
        }
        let places = Self.places(of: best.table)
        let sharedChains = Set(SharedChain.allCases.map { "\($0.table.rawValue) \($0.name)" })
        damage = Set(best.changed).sorted().compactMap { name in
            let chain = name.split(separator: " ").last.map(String.init) ?? name
            let what = "chain \(chain) of table \(name.prefix { $0 != " " }) (\(family))"
            // What Services have in shared chains is a frontend each, which is compared as such; the rest is nobody's.
            if sharedChains.contains(name) {
                return scope.isWhole ? KernelAudit.Damage("\(what) is altered", places: []) : nil
            }
            if let places = places[chain] { return KernelAudit.Damage("\(what) is missing or altered", places: places) }
            if ChainName.isOfService(chain) {
                return scope.isWhole ? KernelAudit.Damage("\(what) is of no Service", places: []) : nil
            }
            // The rest depends on settings.
            return configuration == nil ? nil : KernelAudit.Damage(what)
        }
    }

    /// The frontends that lead through each chain of a Service.
    private static func places(of table: RuleTable) -> [String: Set<InspectedFrontend.Place>] {
        var places: [String: Set<InspectedFrontend.Place>] = [:]
        for route in table.routes {
            let own = route.frontends.map { InspectedFrontend($0, of: route).place }
            for chain in table.rules(for: route.key)?.chains ?? [] { places[chain.name, default: []].formUnion(own) }
        }
        return places
    }
}
