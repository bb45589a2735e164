import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// Why endpoints are used or excluded.
@Suite struct EndpointDecisionTests {
    private func decide(
        _ endpoints: Endpoint..., type: EndpointSlice.AddressType = .ipv4,
        ports: [EndpointPort] = [EndpointPort(port: 8080)]
    ) -> [EndpointDecision] {
        var all = slice("web-1", of: "web", type: type, ports: ports)
        all.endpoints = endpoints
        return RoutingTable([service("web")], [all]).endpointDecisions(for: key("web"))
    }

    @Test("each endpoint is listed, with the decisions of policy Cluster and policy Local")
    func chosen() {
        let decisions = decide(endpoint("10.244.0.1", on: nodeName), endpoint("10.244.1.1"))
        #expect(decisions.map(\.address) == [ip("10.244.0.1"), ip("10.244.1.1")])
        #expect(decisions.map(\.port) == [8080, 8080])
        #expect(decisions.map(\.outOfCluster) == [nil, nil])
        #expect(decisions.map(\.outOfLocal) == [nil, .onOtherNode("n2")])
    }

    @Test("conditions: not ready, draining while others are ready, draining as a last resort")
    func conditions() {
        let mixed = decide(endpoint("10.244.1.1"), endpoint("10.244.1.2", .draining), endpoint("10.244.1.3", .serving))
        #expect(mixed.map(\.outOfCluster) == [nil, .draining, .notReady(.serving)])
        #expect(decide(endpoint("10.244.1.2", .draining)).map(\.outOfCluster) == [nil])
    }

    @Test("hints for other zones and other nodes")
    func hints() {
        let zones = decide(endpoint("10.244.1.1", zones: ["z1"]), endpoint("10.244.1.2", zones: ["z2"]))
        #expect(zones.map(\.outOfCluster) == [nil, .otherZone(hints: ["z2"])])
        let nodes = decide(endpoint("10.244.1.1", nodes: ["n1"]), endpoint("10.244.1.2", nodes: ["n2"]))
        #expect(nodes.map(\.outOfCluster) == [nil, .otherNodeHinted(["n2"])])
    }

    @Test("slices of the other family, and slices without the port")
    func slices() {
        #expect(decide(endpoint("fd00::1"), type: .ipv6).map(\.outOfCluster) == [.otherAddressType(.ipv6)])
        let other = decide(endpoint("10.244.1.1"), ports: [EndpointPort(name: "http", port: 8080)])
        #expect(other.map(\.outOfCluster) == [.noSuchPort(name: "", .tcp)])
        #expect(other.map(\.port) == [nil])
    }

    @Test("an address that another endpoint has taken over")
    func takenOver() {
        let decisions = decide(endpoint("10.244.1.1", .draining), endpoint("10.244.1.1"))
        #expect(decisions.map(\.outOfCluster) == [.addressTakenOver, nil])
    }

    @Test("exactly the used endpoints are backends")
    func agrees() throws {
        let endpoints = [
            endpoint("10.244.0.1", on: nodeName, zones: ["z1"]), endpoint("10.244.1.1", zones: ["z2"]),
            endpoint("10.244.1.2", .draining), endpoint("10.244.1.3", []),
        ]
        var all = slice("web-1", of: "web")
        all.endpoints = endpoints
        let table = RoutingTable([service("web", internalPolicy: .local)], [all])
        let route = try #require(table.route(for: key("web")))
        let used = table.endpointDecisions(for: key("web")).filter { $0.outOfLocal == nil }
        #expect(used.map(\.address) == route.localBackends.map(\.address))
    }
}
