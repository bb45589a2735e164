import InternetAddresses
import KubernetesAPI
import Testing

@testable import ServiceRouting

@Suite struct TopologyTests {
    private func select(zone: String? = "z1", _ endpoints: Endpoint...) -> EndpointSelection {
        var all = slice("a", of: "web")
        all.endpoints = endpoints
        return EndpointSelection(
            for: ServicePort(port: 80), family: .ipv4, in: [all].compactMap { RoutedSlice($0) },
            on: RoutingNode(name: nodeName, zone: zone), lists: [.cluster, .local])
    }

    private func addresses(_ selection: EndpointSelection) -> [String] { selection.cluster.map(\.address.description) }

    @Test("endpoints hinted for the zone are used if every ready endpoint has a hint")
    func zone() {
        let selection = select(
            endpoint("10.0.0.1", zones: ["z1"]), endpoint("10.0.0.2", zones: ["z2"]),
            endpoint("10.0.0.3", zones: ["z2", "z1"]))
        #expect(selection.topology == .sameZone)
        #expect(addresses(selection) == ["10.0.0.1", "10.0.0.3"])
    }

    @Test("all endpoints are used if one ready endpoint has no hint")
    func unhinted() {
        let selection = select(endpoint("10.0.0.1", zones: ["z1"]), endpoint("10.0.0.2"))
        #expect(selection.topology == .anywhere)
        #expect(addresses(selection) == ["10.0.0.1", "10.0.0.2"])
    }

    @Test("all endpoints are used if none is hinted for the zone, or the node has none")
    func otherZone() {
        #expect(addresses(select(endpoint("10.0.0.1", zones: ["z2"]))) == ["10.0.0.1"])
        let homeless = select(zone: nil, endpoint("10.0.0.1", zones: ["z1"]), endpoint("10.0.0.2", zones: ["z2"]))
        #expect(homeless.topology == .anywhere)
        #expect(homeless.cluster.count == 2)
    }

    @Test("endpoints that are not ready need no hint")
    func unreadyWithoutHint() {
        let selection = select(
            endpoint("10.0.0.1", zones: ["z1"]), endpoint("10.0.0.2", zones: ["z2"]), endpoint("10.0.0.3", .draining))
        #expect(addresses(selection) == ["10.0.0.1"])
    }

    @Test("a hint for the node takes precedence over one for the zone")
    func sameNode() {
        let selection = select(
            endpoint("10.0.0.1", zones: ["z1"], nodes: ["n1"]), endpoint("10.0.0.2", zones: ["z1"], nodes: ["n2"]))
        #expect(selection.topology == .sameNode)
        #expect(addresses(selection) == ["10.0.0.1"])
    }

    @Test("zone hints apply if no node hint is for this node, or one is missing")
    func nodeFallsBackToZone() {
        let elsewhere = select(
            endpoint("10.0.0.1", zones: ["z1"], nodes: ["n3"]), endpoint("10.0.0.2", zones: ["z2"], nodes: ["n2"]))
        #expect(elsewhere.topology == .sameZone)
        #expect(addresses(elsewhere) == ["10.0.0.1"])
        let missing = select(
            endpoint("10.0.0.1", zones: ["z2"], nodes: ["n1"]), endpoint("10.0.0.2", zones: ["z1"]))
        #expect(addresses(missing) == ["10.0.0.2"])
    }

    @Test("hints do not apply to draining endpoints, nor under policy Local")
    func noTopology() {
        let draining = select(
            endpoint("10.0.0.1", .draining, zones: ["z1"]), endpoint("10.0.0.2", .draining, zones: ["z2"]))
        #expect(draining.cluster.count == 2)
        let local = select(
            endpoint("10.0.0.1", on: nodeName, zones: ["z2"]), endpoint("10.0.0.2", zones: ["z1"]))
        #expect(addresses(local) == ["10.0.0.2"])
        #expect(local.local.map(\.address.description) == ["10.0.0.1"])
    }
}
