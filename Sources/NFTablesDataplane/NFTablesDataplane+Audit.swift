import CLinux
package import Dataplane
import InternetAddresses
package import Logging
import NFTables
import Netlink
package import ServiceRouting

extension NFTablesDataplane {
    /// Compares what our tables in this network namespace hold with a snapshot, or kube-proxy's tables where those are
    /// in force. Changes nothing.
    ///
    /// Without a `configuration`, rules that depend on it are not compared. Blocks while it reads.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ configuration: DataplaneConfiguration?, logger: Logger
    ) throws(DataplaneError) -> KernelAudit {
        let link: KernelLink
        do throws(NetlinkError) {
            link = KernelLink(try NetlinkSocket(family: NETLINK_NETFILTER), logger) { () throws(NetlinkError) in
                try NetlinkSocket(family: NETLINK_NETFILTER)
            }
        } catch {
            throw DataplaneError(error)
        }
        if scope.prefersKubeProxy {
            let theirs = try kubeProxyAudit(snapshot, scope, link)
            if theirs.isProgrammed { return theirs }
        }
        var audit = KernelAudit(isProgrammed: false)
        var found: [InspectedFrontend] = []
        var missing: [KernelAudit.Damage] = []
        for family in IPFamily.allCases {
            let table = Table(family: family, name: Layout.tableName)
            let context = LayoutContext(
                family, configuration ?? DataplaneConfiguration(), serviceNetworks: snapshot.serviceNetworks)
            guard let (kernel, state) = try link.read(table, snapshot, scope, context) else {
                missing.append(KernelAudit.Damage("\(table)"))
                continue
            }
            audit.isProgrammed = true
            found += kernel.frontends(family)
            audit.damage += Reconciliation(kernel, state)
                .damage(of: state, in: table, comparesRules: configuration != nil)
        }
        // Without a table, nothing is programmed, which is reported once.
        if audit.isProgrammed { audit.damage += missing }
        audit.discrepancies = FrontendDiscrepancy.all(found, against: snapshot)
        audit.frontendCount = found.count
        return audit
    }
}

extension KernelLink {
    /// What the kernel holds of a table, and what it should hold; `nil` where there is no table.
    fileprivate func read(
        _ table: Table, _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ context: LayoutContext
    ) throws(DataplaneError) -> (kernel: KernelTable, state: TableState)? {
        let routes = snapshot.routes.filter { $0.key.family == table.family }
        guard !scope.isWhole else {
            return try read(table).map { ($0, TableState(context, routes, existing: $0)) }
        }
        let programmed = routes.map { ProgrammedRoute($0) }
        let knowsPods = TableState(context).knowsPods
        return try uninterrupted(table) { (connection) throws(NetlinkError) in
            try connection.read(table, of: programmed, knowsPods: knowsPods) { kernel in
                TableState(context, routes, existing: kernel)
            }
        }
    }
}

extension TableState {
    /// What the table should hold for routes, with backends in the slots in which the kernel has them.
    fileprivate init(_ context: LayoutContext, _ routes: [ServicePortRoute], existing kernel: KernelTable) {
        self.init(context)
        var unwanted = TableEdits(isRecording: false)
        for route in routes { set(route.key, to: route, existing: kernel, into: &unwanted) }
        settle(into: &unwanted)
        keep(kernel.classes)
    }
}

extension Reconciliation {
    /// Faults other than wrong destinations, and the frontends affected.
    fileprivate func damage(of state: TableState, in table: Table, comparesRules: Bool) -> [KernelAudit.Damage] {
        var damage: [KernelAudit.Damage] = []
        let names = missingSets.map { "\($0.isMap ? "map" : "set") \($0.name)" }
        damage += names.map { KernelAudit.Damage("\($0) in \(table)") }
        if mustRebuild { damage.append(KernelAudit.Damage("a set, a base chain or the flags of \(table)")) }
        let foreign = flushes.map {
            "elements of \($0.definition.isMap ? "map" : "set") \($0.definition.name) in \(table)"
        }
        damage += foreign.map { KernelAudit.Damage("\($0) do not belong to servicelet", places: []) }
        // The set of chains also depends on the settings.
        guard comparesRules else { return damage + elementDamage(of: state, in: table) }
        damage += missingChains.map { KernelAudit.Damage("chain \($0.name) in \(table)") }
        let missing = Set(missingChains.map(\.name))
        let users = state.placesByChain
        damage += rules.filter { !missing.contains($0.chain.name) }.map { chain, _ in
            KernelAudit.Damage("rules of chain \(chain.name) in \(table)", places: users[chain.name])
                .saying("are missing or altered")
        }
        damage += (foreignChains.map { "chain \($0)" } + foreignSets.map { "set \($0)" }).map {
            KernelAudit.Damage("\($0) in \(table) does not belong to servicelet", places: [])
        }
        return damage + elementDamage(of: state, in: table)
    }

    /// Elements of the sets that no frontend leads through.
    private func elementDamage(of state: TableState, in table: Table) -> [KernelAudit.Damage] {
        [SetID.clusterIPs, .hairpin, .allowedSources].compactMap { set in
            guard let edits = edits.sets[set], !edits.additions.isEmpty || !edits.removals.isEmpty else { return nil }
            let keys = edits.additions.map(\.key) + edits.removals
            let count = Set(keys).count
            return KernelAudit.Damage(
                "\(count) element\(count == 1 ? "" : "s") of set \(set.definition.name) in \(table)",
                places: state.places(concernedBy: keys)
            ).saying(count == 1 ? "is missing or foreign" : "are missing or foreign")
        }
    }
}

extension KernelAudit.Damage {
    /// A whole sentence if only some frontends are affected; otherwise the reader makes one.
    fileprivate func saying(_ what: String) -> Self {
        guard places != nil else { return self }
        return KernelAudit.Damage("\(text) \(what)", places: places)
    }
}

extension TableState {
    /// The frontends whose connections pass each chain of a class or list; fixed chains concern all.
    fileprivate var placesByChain: [String: Set<InspectedFrontend.Place>] {
        var users: [String: Set<InspectedFrontend.Place>] = [:]
        for routeClass in openClasses {
            if let chain = routeClass.chain { users[chain.name] = [] }
        }
        for (key, route) in routes {
            for (frontend, plan) in route.plans(knowsPods: knowsPods) {
                let place = frontend.place(key.family)
                for routeClass in [plan.ordinary, plan.inside, plan.outside].compactMap(\.self) {
                    if let chain = routeClass.chain { users[chain.name, default: []].insert(place) }
                    if case .sticky(let number) = routeClass.action {
                        users[number.chain.name, default: []].insert(place)
                    }
                }
            }
        }
        return users
    }

    fileprivate func places(concernedBy keys: [ElementKey]) -> Set<InspectedFrontend.Place> {
        var frontends: Set<FrontendKey> = []
        var addresses: Set<IPAddress> = []
        for key in keys {
            switch key {
            case .frontend(let frontend), .slot(let frontend, _), .source(let frontend, _): frontends.insert(frontend)
            case .address(let address), .hairpin(let address): addresses.insert(address)
            case .routeClass: break
            }
        }
        var places: Set<InspectedFrontend.Place> = []
        for (key, route) in routes {
            let isBackend = !addresses.isDisjoint(with: route.route.hairpins)
            for (frontend, _) in route.plans(knowsPods: knowsPods)
            where isBackend || frontends.contains(frontend) || addresses.contains(frontend.address) {
                places.insert(frontend.place(key.family))
            }
        }
        return places
    }
}

extension FrontendKey {
    fileprivate func place(_ family: IPFamily) -> InspectedFrontend.Place {
        InspectedFrontend.Place(address: address, family: family, port: port, transport: transport)
    }
}
