import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// What a Service's own settings make of its routes.
@Suite struct TrafficPolicyTests {
    private func route(_ service: Service, _ endpoints: Endpoint...) throws -> ServicePortRoute {
        var all = slice("web-1", of: "web")
        all.endpoints = endpoints
        return try #require(RoutingTable([service], [all]).route(for: key("web")))
    }

    private let own = endpoint("10.244.0.1", on: nodeName)
    private let remote = endpoint("10.244.1.1")

    @Test("under policy Cluster no local backends are computed")
    func cluster() throws {
        let route = try route(service("web"), own, remote)
        #expect(route.cluster == ["10.244.0.1:8080", "10.244.1.1:8080"])
        #expect(route.localBackends.isEmpty)
        #expect(route.backends(for: .clusterIP) == route.clusterBackends)
    }

    @Test("under internal policy Local only the node's own endpoints are needed")
    func internalLocal() throws {
        let route = try route(service("web", internalPolicy: .local), own, remote)
        #expect(route.clusterBackends.isEmpty)
        #expect(route.local == ["10.244.0.1:8080"])
        #expect(route.backends(for: .clusterIP) == route.localBackends)
    }

    @Test("without a local endpoint connections are dropped; without any they are refused")
    func withoutLocalEndpoint() throws {
        #expect(try route(service("web", internalPolicy: .local), remote).actionWithoutBackends == .drop)
        #expect(try route(service("web", internalPolicy: .local)).actionWithoutBackends == .refuse)
    }

    @Test("external policy Local needs the local endpoints, and all of them for clients inside the cluster")
    func externalLocal() throws {
        let route = try route(service("web", kind: .nodePort, externalPolicy: .local), own, remote)
        #expect(route.clusterBackends.count == 2 && route.localBackends.count == 1)
        #expect(route.backends(for: .clusterIP) == route.clusterBackends)
        #expect(route.backends(for: .nodePort) == route.localBackends)
    }

    @Test("internal policy Local and external policy Cluster need both")
    func internalLocalWithNodePort() throws {
        let route = try route(service("web", kind: .nodePort, internalPolicy: .local), own, remote)
        #expect(route.backends(for: .clusterIP).count == 1 && route.backends(for: .nodePort).count == 2)
    }

    @Test("external policy Local counts only for Services with a way in from outside")
    func externalLocalWithoutWayIn() throws {
        let inner = try route(service("web", externalPolicy: .local), own, remote)
        #expect(inner.externalTrafficPolicy == .cluster && inner.localBackends.isEmpty)
        let outer = try route(service("web", externalIPs: ["192.0.2.1"], externalPolicy: .local), own, remote)
        #expect(outer.externalTrafficPolicy == .local && outer.localBackends.count == 1)
    }

    @Test("the affinity timeout is the Service's")
    func affinity() throws {
        #expect(try route(service("web", affinity: 10800)).affinityTimeout == 10800)
        #expect(try route(service("web")).affinityTimeout == nil)
    }

    @Test("source ranges are those of the family, and ranges of the other family admit nobody")
    func sourceRanges() {
        let web = service(
            "web", kind: .loadBalancer, ips: ["10.96.0.1", "fd00::1"], sourceRanges: ["203.0.113.0/24"])
        let table = RoutingTable([web])
        let four = table.route(for: key("web"))
        let six = table.route(for: key("web", "", .ipv6))
        #expect(four?.sourceRanges.map(\.description) == ["203.0.113.0/24"])
        #expect(four?.isGuarded == true)
        #expect(six?.sourceRanges == [])
        #expect(six?.isGuarded == true)
        #expect(RoutingTable([service("web")]).route(for: key("web"))?.isGuarded == false)
    }
}
