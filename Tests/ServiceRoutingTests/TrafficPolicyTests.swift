import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// The effect of a Service's own settings on its routes.
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
        #expect(route.outside(.clusterIP) == route.cluster)
    }

    @Test("under internal policy Local only the node's own endpoints are needed")
    func internalLocal() throws {
        let route = try route(service("web", internalPolicy: .local), own, remote)
        #expect(route.clusterBackends.isEmpty)
        #expect(route.local == ["10.244.0.1:8080"])
        #expect(route.outside(.clusterIP) == route.local)
    }

    @Test("without a local endpoint connections are dropped; without any they are refused")
    func withoutLocalEndpoint() throws {
        #expect(try route(service("web", internalPolicy: .local), remote).frontend(.clusterIP)?.inside == .drop)
        #expect(try route(service("web", internalPolicy: .local)).frontend(.clusterIP)?.inside == .refuse)
        let exposed = try route(service("web", externalIPs: ["192.0.2.1"], externalPolicy: .local), remote)
        #expect(exposed.frontend(.externalIP)?.inside == .clusterBackends)
        #expect(exposed.frontend(.externalIP)?.outside == .drop)
    }

    @Test("external policy Local needs the local endpoints, and all of them for clients inside the cluster")
    func externalLocal() throws {
        let route = try route(service("web", externalIPs: ["192.0.2.1"], externalPolicy: .local), own, remote)
        #expect(route.clusterBackends.count == 2 && route.localBackends.count == 1)
        #expect(route.outside(.clusterIP) == route.cluster)
        #expect(route.outside(.externalIP) == route.local)
    }

    @Test("internal policy Local and external policy Cluster need both")
    func internalLocalWithNodePort() throws {
        let route = try route(service("web", externalIPs: ["192.0.2.1"], internalPolicy: .local), own, remote)
        #expect(route.outside(.clusterIP)?.count == 1 && route.outside(.externalIP)?.count == 2)
    }

    @Test("external policy Local applies only to Services reachable from outside")
    func externalLocalWithoutWayIn() throws {
        let inner = try route(service("web", externalPolicy: .local), own, remote)
        #expect(inner.frontends.count == 1 && inner.localBackends.isEmpty)
        let outer = try route(service("web", externalIPs: ["192.0.2.1"], externalPolicy: .local), own, remote)
        #expect(outer.frontend(.externalIP)?.outside == .localBackends && outer.localBackends.count == 1)
    }

    @Test("the affinity timeout is the Service's")
    func affinity() throws {
        #expect(try route(service("web", affinity: 10800)).affinityTimeout == 10800)
        #expect(try route(service("web")).affinityTimeout == nil)
    }

    @Test("clients of external addresses are masqueraded under policy Cluster, the node itself under policy Local")
    func masquerade() throws {
        let cluster = try route(service("web", externalIPs: ["192.0.2.1"]), own)
        #expect(cluster.frontends.map(\.masquerade) == [.clientsOutsidePodNetwork, .everyone])
        let local = try route(service("web", externalIPs: ["192.0.2.1"], externalPolicy: .local), own)
        #expect(local.frontends.map(\.masquerade) == [.clientsOutsidePodNetwork, .thisNode])
        var all = RoutingTable(
            configuration: RoutingConfiguration(nodeName: nodeName, masqueradesAll: true))
        _ = all.set(service("web"))
        #expect(all.route(for: key("web"))?.frontends.map(\.masquerade) == [.everyone])
    }

    @Test("only UDP routes list the serving endpoints")
    func serving() throws {
        let udp = service("web", ports: [ServicePort(transport: .udp, port: 80)])
        var slice = slice("web-1", of: "web", ports: [EndpointPort(transport: .udp, port: 8080)])
        slice.endpoints = [own, endpoint("10.244.1.2", .draining)]
        let route = try #require(RoutingTable([udp], [slice]).routes.first)
        #expect(route.cluster == ["10.244.0.1:8080"])
        #expect(route.servingBackends.map(\.description) == ["10.244.0.1:8080", "10.244.1.2:8080"])
        #expect(try self.route(service("web"), own, remote).servingBackends.isEmpty)
    }

    @Test("source ranges guard only load balancer addresses; a family without ranges is open, which is reported")
    func sourceRanges() throws {
        let web = service(
            "web", kind: .loadBalancer, ips: ["10.96.0.1", "fd00::1"], externalIPs: ["192.0.2.7"],
            ingress: [.init(address: ip("192.0.2.1")), .init(address: ip("2001:db8::1"))],
            sourceRanges: ["203.0.113.0/24"])
        let table = RoutingTable([web])
        let four = try #require(table.route(for: key("web")))
        let six = try #require(table.route(for: key("web", "", .ipv6)))
        #expect(four.sourceRanges.map(\.description) == ["203.0.113.0/24"])
        #expect(four.frontends.map(\.admission) == [.everyone, .everyone, .sourceRanges])
        #expect(six.frontends.map(\.admission) == [.everyone, .everyone])
        #expect(table.problems.map(\.reason) == [.sourceRangesOfOtherFamily(.ipv6)])
    }

    @Test("ranges apply to a load balancer's address that is also an externalIP")
    func guardedExternalIP() throws {
        let web = service(
            "web", kind: .loadBalancer, externalIPs: ["192.0.2.1"], ingress: [.init(address: ip("192.0.2.1"))],
            sourceRanges: ["203.0.113.0/24"])
        #expect(try route(web, own).frontends.map(\.admission) == [.everyone, .sourceRanges])
    }

    @Test("if ranges admit the node, it reaches a load balancer's address that is bound to itself")
    func admitsItself() {
        let web = service(
            "web", kind: .loadBalancer, ingress: [.init(address: ip("192.0.2.1"))], sourceRanges: ["172.30.0.0/16"])
        let table = RoutingTable([web], node: node(internalIPs: ["172.30.0.2"]))
        #expect(table.route(for: key("web"))?.frontend(.loadBalancer)?.admission == .sourceRangesAndItself)
    }
}
