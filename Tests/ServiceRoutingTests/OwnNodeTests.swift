import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// The effect of the node's own Node object on its routes.
@Suite struct OwnNodeTests {
    private let zonal = slice(
        "web-1", of: "web", endpoint("10.244.1.1", zones: ["z1"]), endpoint("10.244.1.2", zones: ["z2"]))

    @Test("a node whose zone becomes known or changes chooses endpoints again")
    func zone() {
        var table = RoutingTable([service("web")], [zonal], node: node(zone: nil))
        #expect(table.route(for: key("web"))?.clusterBackends.count == 2)
        #expect(table.set(node(zone: "z1")).entries.first?.new?.cluster == ["10.244.1.1:8080"])
        #expect(table.set(node(zone: "z2")).entries.first?.new?.cluster == ["10.244.1.2:8080"])
        #expect(table.set(node(zone: "z2")).isEmpty)
    }

    @Test("other nodes are ignored")
    func otherNodes() {
        var table = RoutingTable([service("web")], [zonal])
        #expect(table.set(node("n2", zone: "z2", internalIPs: ["172.30.0.3"])).isEmpty)
        #expect(!table.knowsNodeAddresses)
    }

    @Test("the primary addresses are the first InternalIP of each family, or else the first ExternalIP")
    func primaryAddresses() {
        var table = RoutingTable()
        let change = table.set(
            node(
                internalIPs: ["172.30.0.2", "172.30.0.9"],
                externalIPs: ["192.0.2.1", "2001:db8::1", "2001:db8::2"]))
        #expect(change.nodePorts?.addresses == [ip("172.30.0.2"), ip("2001:db8::1")])
    }

    @Test("a change of the addresses is reported once, and changes no route without node ports")
    func addressChange() {
        var table = RoutingTable([service("web")], [zonal], node: node(internalIPs: ["172.30.0.2"]))
        let change = table.set(node(internalIPs: ["172.30.0.3"]))
        #expect(change.nodePorts == NodePortAddresses([ip("172.30.0.3")]))
        #expect(change.entries.isEmpty && !change.isEmpty)
        #expect(table.set(node(internalIPs: ["172.30.0.3", "172.30.0.4"])).isEmpty)
    }

    @Test("a node whose Node is deleted keeps its routes and addresses")
    func removedNode() {
        var table = RoutingTable([service("web")], [zonal], node: node(internalIPs: ["172.30.0.2"]))
        #expect(table.remove(.node, nodeName).isEmpty)
        #expect(table.nodePorts.addresses == [ip("172.30.0.2")])
        #expect(table.route(for: key("web"))?.cluster == ["10.244.1.1:8080"])
    }

    @Test("node ports follow the Node's addresses, and use the machine's until the Node is known")
    func nodePortsMove() {
        let web = service("web", kind: .nodePort, ports: [ServicePort(port: 80, nodePort: 30080)])
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: nodeName),
            machineAddresses: [ip("127.0.0.1"), ip("172.30.0.9"), ip("169.254.0.1")])
        _ = table.set(web)
        #expect(table.frontends("web") == ["clusterIP 10.96.0.1:80", "nodePort 172.30.0.9:30080"])
        #expect(table.set(node(internalIPs: ["172.30.0.2"])).entries.map(\.key) == [key("web")])
        #expect(table.frontends("web") == ["clusterIP 10.96.0.1:80", "nodePort 172.30.0.2:30080"])
        #expect(table.apply([], machineAddresses: [ip("172.30.0.10")]).isEmpty)
    }

    @Test("node ports follow the machine's addresses in the networks that the operator names")
    func addressesArrive() {
        let web = service("web", kind: .nodePort, ports: [ServicePort(port: 80, nodePort: 30080)])
        let networks = ["198.51.100.0/24", "127.0.0.0/8"].compactMap { IPNetwork($0) }
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: nodeName, nodePorts: NodePortPolicy(.networks(networks))))
        _ = table.set(web)
        #expect(table.frontends("web") == ["clusterIP 10.96.0.1:80"])
        let change = table.apply([], machineAddresses: [ip("127.0.0.1"), ip("172.30.0.2"), ip("198.51.100.7")])
        #expect(change.nodePorts?.addresses == [ip("198.51.100.7")])
        #expect(table.frontends("web") == ["clusterIP 10.96.0.1:80", "nodePort 198.51.100.7:30080"])
        #expect(table.apply([], machineAddresses: []).entries.count == 1)
    }

    @Test("a mode that matches any local address gets one node port without an address")
    func openEnded() {
        let web = service("web", kind: .nodePort, ports: [ServicePort(port: 80, nodePort: 30080)])
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: nodeName, nodePorts: .everyAddress),
            machineAddresses: [ip("172.30.0.2")])
        _ = table.set(web)
        #expect(table.frontends("web") == ["clusterIP 10.96.0.1:80", "nodePort 30080"])
        #expect(table.apply([], machineAddresses: [ip("172.30.0.2"), ip("172.30.0.3")]).entries.isEmpty)
        #expect(table.nodePorts.openEndedFamilies == [.ipv4, .ipv6])
    }
}
