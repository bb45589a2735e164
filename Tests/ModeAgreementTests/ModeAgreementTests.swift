import Dataplane
import IPTables
import InternetAddresses
import NFTables
import ServiceRouting
import Testing
import UserspaceProxy

@testable import IPTablesDataplane
@testable import NFTablesDataplane
@testable import UserspaceDataplane

/// The modes have no policy of their own: all send every client to the same places.
@Suite struct ModeAgreementTests {
    @Test("nftables and iptables mode send every client to the same places", arguments: 0..<150)
    func agree(seed: Int) throws {
        for family in IPFamily.allCases {
            var cluster = RandomSnapshot(seed: UInt64(seed), family: family)
            let table = cluster.table()
            let length = family == .ipv4 ? 16 : 48
            let pods = IPNetwork(containing: cluster.address(.localPods, 0), prefixLength: length)
            let local = LocalTraffic.networks([pods].compactMap(\.self))
            let nftables = nftables(table.snapshot, local, family)
            let iptables = try iptables(table.snapshot, local, family)
            for route in table.snapshot.routes {
                for frontend in route.frontends {
                    for client in clients(of: frontend, on: route, in: cluster) {
                        let expected = expected(client, frontend, route, pods)
                        #expect(nftables.outcomes(of: client) == expected, "nftables: \(client) to \(frontend)")
                        let isToNode = frontend.kind == .nodePort
                        #expect(
                            iptables.outcomes(of: client, isToNode: isToNode) == expected,
                            "iptables: \(client) to \(frontend)")
                    }
                }
            }
        }
    }

    @Test("userspace mode sends every client to the same places, from an address of the node", arguments: 0..<150)
    func agreeInUserspace(seed: Int) {
        for family in IPFamily.allCases {
            var cluster = RandomSnapshot(seed: UInt64(seed), family: family)
            let table = cluster.table()
            let length = family == .ipv4 ? 16 : 48
            let pods = IPNetwork(containing: cluster.address(.localPods, 0), prefixLength: length)
            let machine = MachineView(
                addresses: [cluster.address(.node, 2)], podNetworks: [pods].compactMap(\.self))
            for route in table.snapshot.routes {
                for frontend in route.frontends {
                    let plan = ListenerPlan(frontend, of: route, on: machine)
                    for client in clients(of: frontend, on: route, in: cluster) {
                        let expected = Set(expected(client, frontend, route, pods).map(\.masqueraded))
                        #expect(plan.outcomes(of: client, route) == expected, "\(client) to \(frontend)")
                    }
                }
            }
        }
    }

    private func nftables(_ snapshot: RoutingSnapshot, _ local: LocalTraffic, _ family: IPFamily) -> TableListing {
        var state = TableState(LayoutContext(family, DataplaneConfiguration(localTraffic: local)))
        var edits = TableEdits()
        for route in snapshot.routes where route.key.family == family {
            state.set(route.key, to: route, into: &edits)
        }
        state.settle(into: &edits)
        return TableListing(state)
    }

    private func iptables(
        _ snapshot: RoutingSnapshot, _ local: LocalTraffic, _ family: IPFamily
    ) throws -> RuleListing {
        let configuration = IPTablesConfiguration(dataplane: DataplaneConfiguration(localTraffic: local))
        let context = RuleContext(
            configuration, family: family, nodePorts: snapshot.nodePorts, capabilities: Capabilities())
        var rules = RuleTable(context: context)
        rules.replace(snapshot.routes, context: context)
        var sync = FullSync(rules, existing: SavedRules())
        var text = ""
        while let input = sync.next() {
            text += String(decoding: input.bytes, as: UTF8.self)
            sync.advance()
        }
        return try RuleListing(text)
    }

    /// One client of each kind, except those that kube-proxy's rules treat inconsistently: the rules that refuse
    /// connections to external addresses do not see the node's own packets, and refuse before source ranges are
    /// checked; an address that is both an externalIP and a load balancer's has no firewall there.
    private func clients(
        of frontend: Frontend, on route: ServicePortRoute, in cluster: RandomSnapshot
    ) -> [Connection] {
        guard let address = frontend.address, !frontend.isAlsoLoadBalancer else { return [] }
        let sources = [
            cluster.address(.localPods, 1), cluster.address(.localPods, 99), cluster.address(.clients, 9),
            cluster.address(.node, 2),
        ]
        return sources.compactMap { source in
            let isNode = source == cluster.address(.node, 2)
            if isNode, frontend.kind.isExternal, !frontend.inside.isServed { return nil }
            if frontend.admission != .everyone, !frontend.outside.isServed { return nil }
            return Connection(
                source: source, destination: address, transport: route.key.name.transport, port: frontend.port,
                isFromNode: isNode)
        }
    }

    /// The routing decision for one client.
    private func expected(
        _ client: Connection, _ frontend: Frontend, _ route: ServicePortRoute, _ pods: IPNetwork?
    ) -> Set<Outcome> {
        let isPod = pods?.contains(client.source) == true
        let isAdmitted =
            frontend.admission == .everyone || route.sourceRanges.contains { $0.contains(client.source) }
            || frontend.admission == .sourceRangesAndItself && client.source == frontend.address
        guard isAdmitted else { return [.dropped] }
        let destination = isPod || client.isFromNode ? frontend.inside : frontend.outside
        switch destination {
        case .refuse: return [.refused]
        case .drop: return [.dropped]
        case .clusterBackends, .localBackends:
            let isMasqueraded =
                switch frontend.masquerade {
                case .everyone: true
                case .thisNode: client.isFromNode
                case .clientsOutsidePodNetwork: !isPod
                }
            return Set(
                route.backends(of: destination).map { backend in
                    .backend(
                        backend.address, backend.port,
                        isMasqueraded: isMasqueraded || backend.address == client.source)
                })
        }
    }
}

extension Outcome {
    /// The same, with an address of the node as the source.
    fileprivate var masqueraded: Outcome {
        guard case .backend(let address, let port, _) = self else { return self }
        return .backend(address, port, isMasqueraded: true)
    }
}

extension ListenerPlan {
    /// The fate of a connection.
    fileprivate func outcomes(of client: Connection, _ route: ServicePortRoute) -> Set<Outcome> {
        if isRefused { return [.refused] }
        guard filter.admits(client.source) else { return [.dropped] }
        let isInside = insideNetworks.isEmpty || insideNetworks.contains { $0.contains(client.source) }
        let backends = route.backends(of: isInside ? inside : outside)
        return Set(backends.map { .backend($0.address, $0.port, isMasqueraded: true) })
    }
}
