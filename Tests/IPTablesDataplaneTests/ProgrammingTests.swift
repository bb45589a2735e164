import Dataplane
import IPTables
import InternetAddresses
import LabKit
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPTablesDataplane

/// Needs root: each test programs the kernel in its own network namespace.
@Suite("Programming iptables", .serialized, .timeLimit(.minutes(10)))
struct ProgrammingTests {
    static let backends = IPTablesPrograms.Backend.allCases

    @Test("the kernel holds what kube-proxy would program", arguments: RecordedScenario.names, backends)
    func recorded(name: String, backend: IPTablesPrograms.Backend) async throws {
        let scenario = try RecordedScenario(name)
        let lab = try await Lab(backend)
        let report = try await lab.synchronize(scenario.routes)
        #expect(report.refusals == [])
        try await expect(lab, toHold: scenario)
        #expect(try await lab.namespace.setting("net/ipv4/conf/all/route_localnet") == "1")
    }

    @Test("changes lead from each cluster to the next, without leftovers", arguments: backends)
    func changes(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        var routes: [ServicePortRoute] = []
        try await lab.synchronize(routes)
        for name in RecordedScenario.names {
            let next = try RecordedScenario(name)
            let report = try await lab.dataplane.apply(RoutingChange(from: routes, to: next.routes))
            #expect(report.refusals == [])
            routes = next.routes
            try await expect(lab, toHold: next)
        }
    }

    @Test("a restart replaces the rules of an earlier process", arguments: backends)
    func restart(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        try await lab.synchronize(try RecordedScenario("09-session-affinity").routes)
        let next = try RecordedScenario("08-source-ranges")
        try await lab.restarted().synchronize(next.routes)
        try await expect(lab, toHold: next)
    }

    @Test("the writes for an endpoint's flip do not depend on the number of Services")
    func flip() async throws {
        var sizes: [Int] = []
        for count in [2, 60] {
            let lab = try await Lab(.nft)
            let routes = (0..<count).map { ServicePortRoute($0, endpoints: 3) }
            try await lab.synchronize(routes)
            var changed = routes
            changed[1] = ServicePortRoute(1, endpoints: 2)
            let report = try await lab.dataplane.apply(RoutingChange(from: routes, to: changed))
            sizes.append(report.bytes)
            let written = try await lab.listing()
            let fresh = try await Lab(.nft)
            try await fresh.synchronize(changed)
            #expect(try await fresh.listing().difference(to: written) == [])
        }
        #expect(sizes[0] == sizes[1])
        #expect(sizes[0] > 0)
    }

    @Test("hundreds of changes at once give the same result as a fresh start")
    func manyChanges() async throws {
        let lab = try await Lab(.nft)
        let before = (0..<10).map { ServicePortRoute($0, endpoints: 2) }
        try await lab.synchronize(before)
        let after = (5..<305).map { ServicePortRoute($0, endpoints: 1) }
        let report = try await lab.dataplane.apply(RoutingChange(from: before, to: after))
        #expect(report.refusals == [])
        let fresh = try await Lab(.nft)
        try await fresh.synchronize(after)
        #expect(try await fresh.listing().difference(to: try await lab.listing()) == [])
    }

    @Test("a Service whose rules are refused is reported, and the others work", arguments: backends)
    func refusal(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        // The match `recent` does not accept 0 seconds.
        let bad = ServicePortRoute(2, endpoints: 2, affinity: 0)
        let report = try await lab.synchronize([
            ServicePortRoute(1, endpoints: 2), bad, ServicePortRoute(3, endpoints: 1),
        ])
        #expect(report.refusals.map(\.route) == [bad.key])
        #expect(report.refusals.first?.reason.contains("--seconds") == true)
        let chains = try await lab.listing().chains
        #expect(chains["nat \(ChainName.cluster(bad.key.name))"] == nil)
        #expect(chains["nat \(ChainName.cluster(RouteKey("service-3").name))"]?.count == 2)

        let good = ServicePortRoute(2, endpoints: 2, affinity: 60)
        let next = try await lab.dataplane.apply(RoutingChange(from: [bad], to: [good]))
        #expect(next.refusals == [])
        #expect(try await lab.listing().chains["nat \(ChainName.cluster(bad.key.name))"]?.count == 5)
    }

    @Test("a refused change leaves the other changes in force", arguments: backends)
    func refusedChange(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        try await lab.synchronize([ServicePortRoute(1, endpoints: 2)])
        let bad = ServicePortRoute(2, endpoints: 2, affinity: 0)
        let change = RoutingChange(from: [], to: [bad, ServicePortRoute(3, endpoints: 1)])
        let report = try await lab.dataplane.apply(change)
        #expect(report.refusals.map(\.route) == [bad.key])
        let chains = try await lab.listing().chains
        #expect(chains["nat \(ChainName.cluster(RouteKey("service-1").name))"] != nil)
        #expect(chains["nat \(ChainName.cluster(RouteKey("service-3").name))"] != nil)
        #expect(chains["nat KUBE-SERVICES"]?.count == 3)
    }

    @Test(
        "a flushed table is refilled",
        arguments: backends,
        [
            "-t nat -F", "-t nat -F PREROUTING", "-t nat -F KUBE-POSTROUTING", "-t filter -F",
            "-t mangle -X KUBE-PROXY-CANARY",
        ])
    func flush(backend: IPTablesPrograms.Backend, command: String) async throws {
        let scenario = try RecordedScenario("07-loadbalancer")
        let lab = try await Lab(backend)
        try await lab.synchronize(scenario.routes)
        try await lab.iptables(command)
        let report = try #require(try await lab.dataplane.repair())
        #expect(!report.damage.isEmpty)
        #expect(report.damage.allSatisfy { $0.hasPrefix("table \(command.split(separator: " ")[1]) (IPv4): ") })
        if backend == .nft { #expect(report.culprit?.hasPrefix("iptables") == true) }
        try await expect(lab, toHold: scenario)
    }

    @Test("waiting for damage continues until the task is cancelled", .timeLimit(.minutes(10)))
    func cancellation() async throws {
        let lab = try await Lab(.nft)
        try await lab.synchronize([])
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await lab.dataplane.repair().map { "\($0)" } ?? "nothing" }
            // Several checks of the tables, none of which ends the wait.
            group.addTask {
                try await Task.sleep(for: .milliseconds(200))
                return "still waiting"
            }
            let first = try await group.next()
            #expect(first == "still waiting")
            group.cancelAll()
            let second = try await group.next()
            #expect(second == "nothing")
        }
    }

    @Test("cleaning up leaves rules and chains of others", arguments: backends, [true, false])
    func cleanUp(backend: IPTablesPrograms.Backend, withKubelet: Bool) async throws {
        let lab = try await Lab(backend)
        try await lab.iptables("-t nat -A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE")
        try await lab.iptables("-N MINE")
        try await lab.iptables("-A INPUT -s 10.2.0.0/16 -j MINE")
        let before = try await lab.listing().chains
        try await lab.synchronize(try RecordedScenario("08-source-ranges").routes)
        if !withKubelet { try await lab.iptables("-t mangle -X KUBE-IPTABLES-HINT") }
        try await IPTablesDataplane.cleanUp(executor: NamespaceExecutor(lab.namespace))
        var after = try await lab.listing().chains
        if withKubelet {
            #expect(after.removeValue(forKey: "filter KUBE-FIREWALL")?.count == 1)
            #expect(after["filter OUTPUT"] == ["-j KUBE-FIREWALL"])
            after["filter OUTPUT"] = nil
            #expect(after["filter INPUT"]?.first == "-j KUBE-FIREWALL")
            after["filter INPUT"]?.removeFirst()
        }
        #expect(after == before)
    }

    @Test("the kernel says which families have chains of proxies; tables other than those of iptables do not count")
    func familiesWithChains() async throws {
        let namespace = try await NetworkNamespace(name: "n1")
        let reader = RuleReader(executor: NamespaceExecutor(namespace))
        try await namespace.run("nft", "add table ip mine; add chain ip mine KUBE-SERVICES")
        try await namespace.run("iptables-nft", "-t", "nat", "-N", "MINE")
        #expect(try await reader.families(withChainNamed: "KUBE-") == [])
        try await namespace.run("ip6tables-nft", "-t", "nat", "-N", "KUBE-SERVICES")
        #expect(try await reader.families(withChainNamed: "KUBE-") == [.ipv6])
    }

    @Test("conntrack is made liberal only if the operator requests it", arguments: [true, false])
    func liberalConntrack(isLiberal: Bool) async throws {
        let setting = "net/netfilter/nf_conntrack_tcp_be_liberal"
        let lab = try await Lab(.nft, IPTablesConfiguration(acceptsInvalidPackets: isLiberal))
        #expect(try await lab.namespace.setting(setting) == "0")
        try await lab.synchronize([])
        #expect(try await lab.namespace.setting(setting) == (isLiberal ? "1" : "0"))
        // Others' setting stays.
        try await lab.restarted().synchronize([])
        #expect(try await lab.namespace.setting(setting) == (isLiberal ? "1" : "0"))
    }

    @Test("the due full sync repairs damage that no canary shows, and reports it")
    func dueSync() async throws {
        let lab = try await Lab(.nft, fullSyncInterval: .zero)
        let routes = [ServicePortRoute(1, endpoints: 2), ServicePortRoute(2, endpoints: 2, affinity: 0)]
        try await lab.synchronize(routes)
        let before = try await lab.listing()
        let chain = ChainName.cluster(routes[0].key.name)
        try await lab.iptables("-t nat -D \(chain) 2")
        let report = try #require(try await lab.dataplane.repair())
        #expect(report.damage == ["IPv4: chain nat \(chain)"])
        #expect(try await before.difference(to: lab.listing()) == [])
    }

    @Test("a restart writes nothing when nothing differs", arguments: RecordedScenario.names, backends)
    func unchanged(name: String, backend: IPTablesPrograms.Backend) async throws {
        let scenario = try RecordedScenario(name)
        let lab = try await Lab(backend)
        try await lab.synchronize(scenario.routes)
        let report = try await lab.restarted().synchronize(scenario.routes)
        #expect(report.messages == 0 && report.refusals.isEmpty)
        #expect(report.ruleCounts.allSatisfy { $0.total > 0 && $0.written == 0 })
    }

    @Test("kube-proxy's rules are taken over unchanged", arguments: RecordedScenario.names, backends)
    func takeover(name: String, backend: IPTablesPrograms.Backend) async throws {
        let scenario = try RecordedScenario(name)
        let lab = try await Lab(backend)
        // Creates the counters in the recorded rules.
        try await lab.synchronize([])
        for family in IPFamily.allCases { try await lab.restore(scenario.text(family), family) }
        let report = try await lab.restarted().synchronize(scenario.routes)
        #expect(report.messages == 0 && report.refusals.isEmpty)
        #expect(report.ruleCounts.allSatisfy { $0.total > 0 && $0.written == 0 })
    }

    @Test("a restart writes only the chains that differ", arguments: backends)
    func difference(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        let routes = (0..<60).map { ServicePortRoute($0, endpoints: 3) }
        try await lab.synchronize(routes)
        let chain = ChainName.cluster(routes[7].key.name)
        try await lab.iptables("-t nat -D \(chain) 2")
        try await lab.iptables("-t nat -A KUBE-SEP-FOREIGN -j ACCEPT", creating: "-t nat -N KUBE-SEP-FOREIGN")
        let report = try await lab.restarted().synchronize(routes)
        // *nat, the chain, its four rules, COMMIT; *nat, the foreign chain, -X, COMMIT
        #expect(report.messages == 11)
        let fresh = try await Lab(backend)
        try await fresh.synchronize(routes)
        #expect(try await fresh.listing().difference(to: try await lab.listing()) == [])
    }

    @Test("a rule moved within a Service's chain is a difference", arguments: backends)
    func order(backend: IPTablesPrograms.Backend) async throws {
        let lab = try await Lab(backend)
        let routes = [ServicePortRoute(1, endpoints: 3)]
        try await lab.synchronize(routes)
        let before = try await lab.listing()
        let chain = ChainName.cluster(routes[0].key.name)
        let last = try #require(before.chains["nat \(chain)"]?.last)
        try await lab.iptables("-t nat -D \(chain) 4")
        let target = try #require(last.split(separator: " ").last)
        try await lab.iptables("-t nat -I \(chain) 1 -j \(target)")
        #expect(try await lab.restarted().synchronize(routes).messages > 0)
        #expect(try await before.difference(to: lab.listing()) == [])
    }

    @Test("the kernel's rules read as iptables-save prints them", arguments: RecordedScenario.names, IPFamily.allCases)
    func decoding(name: String, family: IPFamily) async throws {
        let lab = try await Lab(.nft)
        try await lab.synchronize(try RecordedScenario(name).routes)
        let (read, saved) = try await lab.bothReadings(family)
        for table in Table.allCases {
            // The program also lists unused built-in chains.
            let chains = saved.chains(in: table).filter { $0.hasPrefix("KUBE-") }
            #expect(read.chains(in: table).filter { $0.hasPrefix("KUBE-") } == chains)
            #expect(Set(read.rules(in: table)) == Set(saved.rules(in: table)))
            for chain in read.chains(in: table) {
                #expect(read.digest(of: chain, in: table) == saved.digest(of: chain, in: table), "\(table) \(chain)")
            }
        }
    }

    private func expect(_ lab: Lab, toHold scenario: RecordedScenario) async throws {
        for family in IPFamily.allCases {
            let difference = try scenario.recorded(family).difference(to: try await lab.listing(family))
            #expect(difference == [])
        }
    }
}
