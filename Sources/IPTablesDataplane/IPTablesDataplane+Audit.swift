package import Dataplane
import IPTables
import InternetAddresses
package import ServiceRouting

extension IPTablesDataplane {
    /// Compares what this mode or kube-proxy's iptables mode has programmed with a snapshot. Changes nothing.
    ///
    /// Without a `configuration`, rules that depend on it are not compared. Missing families are skipped.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ configuration: IPTablesConfiguration?, executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> KernelAudit {
        try await IPTablesDataplane(executor: executor).compare(snapshot, configuration)
    }

    private func compare(
        _ snapshot: RoutingSnapshot, _ configuration: IPTablesConfiguration?
    ) throws(DataplaneError) -> KernelAudit {
        try DataplaneError.wrapping { () throws(IPTablesError) in
            let programs = try IPTablesPrograms.chosen()
            let randomFully = try programs.version().map { !$0.lexicographicallyPrecedes([1, 6, 2]) } ?? true
            var audit = KernelAudit(isProgrammed: false)
            var found: [InspectedFrontend] = []
            for family in IPFamily.allCases {
                do throws(IPTablesError) {
                    let rules = try programs.programmed(family, keepingAllRules: true)
                    guard rules.chains(in: .nat).contains(ChainName.services) else { continue }
                    audit.isProgrammed = true
                    found += RuleInspection(rules, family).frontends
                    let comparison = RuleComparison(rules, snapshot, family, configuration, randomFully: randomFully)
                    audit.damage += comparison.damage
                } catch {
                    guard error.isAbsence else { throw error }
                }
            }
            audit.discrepancies = FrontendDiscrepancy.all(found, against: snapshot)
            audit.frontendCount = found.count
            return audit
        }
    }
}

/// The chains with wrong contents, and the frontends affected.
struct RuleComparison {
    let damage: [KernelAudit.Damage]

    init(
        _ rules: SavedRules, _ snapshot: RoutingSnapshot, _ family: IPFamily, _ configuration: IPTablesConfiguration?,
        randomFully: Bool
    ) {
        // Whether rules count packets depends on the kernel at the time they were written.
        let candidates = [true, false].map { counters in
            var table = RuleTable(
                context: RuleContext(
                    configuration ?? IPTablesConfiguration(), family: family, nodePorts: snapshot.nodePorts,
                    capabilities: Capabilities(randomFully: randomFully, counters: counters)))
            table.replace(snapshot.routes, context: table.context)
            var sync = FullSync(table, existing: rules)
            while sync.next() != nil { sync.advance() }
            return (table: table, changed: sync.changed)
        }
        guard let best = candidates.min(by: { $0.changed.count < $1.changed.count }) else {
            damage = []
            return
        }
        let places = Self.places(of: best.table)
        let sharedChains = Set(SharedChain.allCases.map { "\($0.table.rawValue) \($0.name)" })
        damage = Set(best.changed).sorted().compactMap { name in
            let chain = name.split(separator: " ").last.map(String.init) ?? name
            let what = "chain \(chain) of table \(name.prefix { $0 != " " }) (\(family))"
            // Services' rules in shared chains are compared as frontends; the others belong to no Service.
            if sharedChains.contains(name) { return KernelAudit.Damage("\(what) is altered", places: []) }
            if let places = places[chain] { return KernelAudit.Damage("\(what) is missing or altered", places: places) }
            if ChainName.isOfService(chain) { return KernelAudit.Damage("\(what) is of no Service", places: []) }
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
