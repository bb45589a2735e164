import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// What the node's own Node object means for its routes.
@Suite struct OwnNodeTests {
    private let zonal = slice(
        "web-1", of: "web", endpoint("10.244.1.1", zones: ["z1"]), endpoint("10.244.1.2", zones: ["z2"]))

    @Test("a node that learns its zone, or changes it, chooses endpoints anew")
    func zone() {
        var table = RoutingTable([service("web")], [zonal], node: node(zone: nil))
        #expect(table.route(for: key("web"))?.clusterBackends.count == 2)
        #expect(table.set(node(zone: "z1")).entries.first?.new?.cluster == ["10.244.1.1:8080"])
        #expect(table.set(node(zone: "z2")).entries.first?.new?.cluster == ["10.244.1.2:8080"])
        #expect(table.set(node(zone: "z2")).isEmpty)
    }

    @Test("other nodes do not count")
    func otherNodes() {
        var table = RoutingTable([service("web")], [zonal])
        #expect(table.set(node("n2", zone: "z2", internalIPs: ["172.30.0.3"])).isEmpty)
        #expect(table.nodeAddresses.isEmpty)
    }

    @Test("the primary addresses are the first InternalIP of each family, or else the first ExternalIP")
    func primaryAddresses() {
        var table = RoutingTable(nodeName: nodeName)
        let change = table.set(
            node(
                internalIPs: ["172.30.0.2", "172.30.0.9"],
                externalIPs: ["192.0.2.1", "2001:db8::1", "2001:db8::2"]))
        #expect(change.nodeAddresses == [ip("172.30.0.2"), ip("2001:db8::1")])
        #expect(table.nodeAddresses == [ip("172.30.0.2"), ip("2001:db8::1")])
    }

    @Test("a change of the addresses is told once, and changes no route")
    func addressChange() {
        var table = RoutingTable([service("web")], [zonal], node: node(internalIPs: ["172.30.0.2"]))
        let change = table.set(node(internalIPs: ["172.30.0.3"]))
        #expect(change.nodeAddresses == [ip("172.30.0.3")])
        #expect(change.entries.isEmpty && !change.isEmpty)
        #expect(table.set(node(internalIPs: ["172.30.0.3", "172.30.0.4"])).isEmpty)
    }

    @Test("a node that the cluster has forgotten keeps its routes and addresses")
    func removedNode() {
        var table = RoutingTable([service("web")], [zonal], node: node(internalIPs: ["172.30.0.2"]))
        #expect(table.remove(.node, nodeName).isEmpty)
        #expect(table.nodeAddresses == [ip("172.30.0.2")])
        #expect(table.route(for: key("web"))?.cluster == ["10.244.1.1:8080"])
    }
}
