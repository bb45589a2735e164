import Dataplane
import IPTables
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import IPTablesDataplane

@Suite("ServiceRules")
struct ServiceRulesTests {
    @Test("with --masquerade-all every connection to the clusterIP is marked")
    func masqueradeAll() throws {
        #expect(
            try first(.recorded, masquerade: .everyone)
                == "-d 10.96.0.1/32 -p tcp -m comment --comment \"default/service-1 cluster IP\" -m tcp --dport 80 "
                + "-j KUBE-MARK-MASQ")
    }

    @Test("if pods cannot be recognised, no connection to the clusterIP is marked")
    func unknown() throws {
        #expect(try first(IPTablesConfiguration()).hasSuffix("-j \(endpointChain)"))
    }

    @Test("pods are recognised by their interface")
    func interfaces() throws {
        #expect(
            try first(local(.bridge("cbr0"))).hasPrefix("-d 10.96.0.1/32 ! -i cbr0 -p tcp "))
        #expect(
            try first(local(.interfacePrefix("veth"))).hasPrefix("-d 10.96.0.1/32 ! -i veth+ -p tcp "))
    }

    @Test("under external policy Local, pods still reach all endpoints")
    func externalLocal() throws {
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends.append(
            Frontend(kind: .nodePort, address: nil, port: 30001, outside: .drop, masquerade: .thisNode))
        let rules = ServiceRules(route, in: .recorded(.ipv4, local(.bridge("cbr0"))))
        let external = try #require(rules.chains.first { $0.name == ChainName.external(route.key.name) })
        #expect(external.rules.first?.contains("-i cbr0 -m comment --comment \"pod traffic for ") == true)
        // There is no local endpoint, so no rule leads other clients on.
        #expect(external.rules.count == 3)
        #expect(rules.shared.contains { $0.chain == .unservedExternals && $0.text.hasSuffix("-j DROP") })
    }

    @Test("a source range that contains the node lets it use the load balancer's address")
    func sourceRangeOfNode() throws {
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends.append(
            Frontend(
                kind: .loadBalancer, address: IPAddress("192.0.2.1"), port: 80, admission: .sourceRangesAndItself))
        route.sourceRanges = ["172.30.0.0/16"].compactMap { IPNetwork($0) }
        let chain = try firewall(route)
        #expect(chain.count == 3)
        #expect(chain[1].contains("-s 192.0.2.1/32 "))
        route.frontends[1].admission = .sourceRanges
        #expect(try firewall(route).count == 2)
    }

    @Test("a load balancer's address that admits everyone has no firewall")
    func withoutRanges() {
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends.append(Frontend(kind: .loadBalancer, address: IPAddress("192.0.2.1"), port: 80))
        let rules = ServiceRules(route, in: .recorded())
        #expect(!rules.shared.contains { $0.chain == .loadBalancerFirewall })
        let jump = rules.shared.first { $0.text.contains("loadbalancer IP") }?.text
        #expect(jump?.hasSuffix("-j \(ChainName.external(route.key.name))") == true)
    }

    @Test("an external IP that is also a load balancer's address has the rules of both")
    func bothKinds() {
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends.append(
            Frontend(
                kind: .externalIP, address: IPAddress("192.0.2.1"), port: 80, isAlsoLoadBalancer: true,
                admission: .sourceRanges))
        route.sourceRanges = ["172.30.0.0/16"].compactMap { IPNetwork($0) }
        let rules = ServiceRules(route, in: .recorded()).shared.filter { $0.text.contains("192.0.2.1/32") }
        #expect(rules.map(\.chain) == [.services, .services, .loadBalancerFirewall])
        #expect(rules[0].text.contains("external IP") && rules[0].text.contains("-j KUBE-EXT-"))
        #expect(rules[1].text.contains("loadbalancer IP") && rules[1].text.contains("-j KUBE-FW-"))
        #expect(rules[2].text.hasSuffix("-j DROP"))
    }

    @Test("affinity distinguishes IPv6 clients by the whole address")
    func affinity() throws {
        let backend = Backend(address: try #require(IPAddress("fd00::5")), port: 8080)
        let route = ServicePortRoute(
            key: RouteKey("sticky", family: .ipv6),
            frontends: [Frontend(kind: .clusterIP, address: IPAddress("fd00:96::1"), port: 80)],
            clusterBackends: [backend], affinityTimeout: 60)
        let rules = ServiceRules(route, in: .recorded(.ipv6)).chains.flatMap(\.rules)
        #expect(rules.filter { $0.contains("--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource") }.count == 2)
        #expect(rules.last?.hasSuffix("--to-destination [fd00::5]:8080") == true)
    }

    @Test("in large clusters endpoints' rules are the same without comments")
    func largeCluster() {
        let route = ServicePortRoute(1, endpoints: 3, affinity: 60)
        let plain = ServiceRules(route, in: .recorded(), withComments: false)
        let full = ServiceRules(route, in: .recorded())
        #expect(plain.shared == full.shared)
        let comment = #/-m comment --comment "default/service-1( -> [0-9.:]+)?" /#
        let stripped = full.chains.flatMap(\.rules).map { $0.replacing(comment, with: "") }
        #expect(plain.chains.flatMap(\.rules) == stripped)
        #expect(plain != full)
    }

    @Test("beyond a thousand endpoints the cluster is large")
    func threshold() {
        for (services, isLarge) in [(100, false), (101, true)] {
            var table = RuleTable(context: .recorded())
            table.replace((0..<services).map { ServicePortRoute($0, endpoints: 10) }, context: .recorded())
            let rules = table.rules(for: RouteKey("service-7"))?.chains.flatMap(\.rules) ?? []
            #expect(rules.contains { $0.contains("service-7 -> ") } == !isLarge)
        }
    }

    @Test("rules omit counters that the kernel lacks")
    func withoutCounters() {
        let context = RuleContext.recorded(capabilities: Capabilities(randomFully: false, counters: false))
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends.append(Frontend(kind: .nodePort, address: nil, port: 30001))
        let rules = ServiceRules(route, in: context).shared.map(\.text)
        #expect(rules.filter { $0.contains("--dport 30001") }.count == 1)
        let fixed = Table.allCases.flatMap { FixedRules(context: context).rules(in: $0) }
        #expect(!(rules + fixed).contains { $0.contains("nfacct") || $0.contains("random-fully") })
        #expect(fixed.contains("-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP"))
    }

    // MARK: -

    private let endpointChain = ChainName.endpoint(RouteKey("service-1").name, "10.244.0.16:8080")

    private func local(_ traffic: LocalTraffic) -> IPTablesConfiguration {
        IPTablesConfiguration(dataplane: DataplaneConfiguration(localTraffic: traffic))
    }

    /// The first rule of a clusterIP's chain, without the chain's name.
    private func first(
        _ configuration: IPTablesConfiguration, masquerade: Masquerade = .clientsOutsidePodNetwork
    ) throws -> String {
        var route = ServicePortRoute(1, endpoints: 1)
        route.frontends[0].masquerade = masquerade
        let rules = ServiceRules(route, in: .recorded(.ipv4, configuration))
        let name = ChainName.cluster(route.key.name)
        let chain = try #require(rules.chains.first { $0.name == name })
        return String(try #require(chain.rules.first).dropFirst("-A \(name) ".count))
    }

    private func firewall(_ route: ServicePortRoute) throws -> [String] {
        let name = ChainName.firewall(route.key.name)
        return try #require(ServiceRules(route, in: .recorded()).chains.first { $0.name == name }).rules
    }
}
