import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// Several Services that claim one frontend.
@Suite struct FrontendClaimsTests {
    private let young = service("a-young", ips: ["10.96.0.1"], externalIPs: ["192.0.2.1"], created: 20)
    private let old = service("b-old", ips: ["10.96.0.2"], externalIPs: ["192.0.2.1"], created: 10)

    @Test("the older Service gets the address, in any order of arrival")
    func olderWins() {
        for services in [[young, old], [old, young]] {
            let table = RoutingTable(services)
            #expect(table.frontends("b-old") == ["clusterIP 10.96.0.2:80", "externalIP 192.0.2.1:80"])
            #expect(table.frontends("a-young") == ["clusterIP 10.96.0.1:80"])
        }
    }

    @Test("of equally old Services the first by name gets the address")
    func nameDecides() {
        var second = young
        second.metadata.creationTime = old.metadata.creationTime
        let table = RoutingTable([old, second])
        #expect(table.frontends("a-young") == ["clusterIP 10.96.0.1:80", "externalIP 192.0.2.1:80"])
        #expect(table.frontends("b-old") == ["clusterIP 10.96.0.2:80"])
    }

    @Test("a clusterIP cannot be taken over by an older Service that names it as its external address")
    func clusterIPWins() {
        let thief = service("thief", ips: ["10.96.0.9"], externalIPs: ["10.96.0.1"], created: 1)
        let table = RoutingTable([thief, young])
        #expect(table.frontends("a-young") == ["clusterIP 10.96.0.1:80", "externalIP 192.0.2.1:80"])
        #expect(table.frontends("thief") == ["clusterIP 10.96.0.9:80"])
    }

    @Test("the loser is reported once, with both names, and again when the owner changes")
    func problems() throws {
        var table = RoutingTable()
        #expect(table.set(young).problems.isEmpty)
        let problem = try #require(table.set(old).problems.first)
        #expect(problem.description.hasPrefix("default/a-young: externalIP 192.0.2.1:80/TCP belongs to default/b-old"))
        #expect(table.set(young).problems.isEmpty)
        #expect(table.set(slice("a", of: "a-young", endpoint("10.244.0.1"))).problems.isEmpty)
        #expect(Array(table.problems) == [problem])

        let oldest = service("c-oldest", ips: ["10.96.0.3"], externalIPs: ["192.0.2.1"], created: 5)
        let change = table.set(oldest)
        #expect(change.problems.map(\.name.service.name) == ["a-young", "b-old"])
        #expect(change.problems.allSatisfy { $0.description.contains("belongs to default/c-oldest;") })
    }

    @Test("an older Service takes the address over, and both routes change at once")
    func takeover() {
        var table = RoutingTable([young])
        let change = table.set(old)
        #expect(change.entries.map(\.key) == [key("a-young"), key("b-old")])
        #expect(change.entries.first?.new?.frontends.map(\.kind) == [.clusterIP])
    }

    @Test("the loser gets the address back when the owner is removed, or no longer claims it")
    func comesBack() {
        var removed = RoutingTable([young, old])
        #expect(removed.remove(.service, "b-old").entries.map(\.key) == [key("a-young"), key("b-old")])
        #expect(removed.frontends("a-young") == ["clusterIP 10.96.0.1:80", "externalIP 192.0.2.1:80"])
        #expect(removed.problems.isEmpty)

        var changed = RoutingTable([young, old])
        var modest = old
        modest.externalIPs = []
        #expect(changed.set(modest).entries.count == 2)
        #expect(changed.frontends("a-young") == ["clusterIP 10.96.0.1:80", "externalIP 192.0.2.1:80"])
    }

    @Test("removing a loser changes nothing for the owner")
    func loserGoes() {
        var table = RoutingTable([young, old])
        #expect(table.remove(.service, "a-young").entries.map(\.key) == [key("a-young")])
        #expect(table.frontends("b-old") == ["clusterIP 10.96.0.2:80", "externalIP 192.0.2.1:80"])
    }

    @Test("node ports conflict by number and protocol, in each family")
    func nodePorts() {
        func exposed(_ name: String, _ ips: [String], _ transport: TransportProtocol = .tcp) -> Service {
            service(
                name, kind: .nodePort, ips: ips,
                ports: [ServicePort(transport: transport, port: 80, nodePort: 30080)])
        }
        let table = RoutingTable(
            [
                exposed("a", ["10.96.0.1"]), exposed("b", ["10.96.0.2", "fd00::2"]),
                exposed("c", ["10.96.0.3"], .udp),
            ], node: node(internalIPs: ["172.30.0.2", "fd00:172:30::2"]))
        #expect(table.frontends("a") == ["clusterIP 10.96.0.1:80", "nodePort 172.30.0.2:30080"])
        #expect(table.frontends("b") == ["clusterIP 10.96.0.2:80"])
        #expect(table.frontends("b", .ipv6) == ["clusterIP [fd00::2]:80", "nodePort [fd00:172:30::2]:30080"])
        #expect(table.problems.map(\.name.service.name) == ["b"])
        #expect(table.routes.first { $0.key.name.transport == .udp }?.frontends.count == 2)
    }

    @Test("a Service that claims the node's own address owns it, and the node port is open on the others")
    func nodePortAgainstExternalIP() throws {
        let exposed = service("exposed", kind: .nodePort, ports: [ServicePort(port: 80, nodePort: 30080)])
        let claimant = service(
            "claimant", ips: ["10.96.0.2"], ports: [ServicePort(port: 30080)], externalIPs: ["172.30.0.2"], created: 9)
        let policy = NodePortPolicy(.networks([]))
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: nodeName, nodePorts: policy),
            machineAddresses: [ip("172.30.0.2"), ip("10.1.1.1")])
        _ = table.set(exposed)
        #expect(
            table.frontends("exposed")
                == ["clusterIP 10.96.0.1:80", "nodePort 10.1.1.1:30080", "nodePort 172.30.0.2:30080"])
        let change = table.set(claimant)
        #expect(change.entries.map(\.key.name.service.name) == ["claimant", "exposed"])
        #expect(table.frontends("exposed") == ["clusterIP 10.96.0.1:80", "nodePort 10.1.1.1:30080"])
        let lost = FrontendAddress(kind: .nodePort, address: ip("172.30.0.2"), port: 30080)
        #expect(change.problems.map(\.reason) == [.frontendLost(lost, to: key("claimant").name)])
        #expect(table.remove(.service, "claimant").entries.count == 2)
        #expect(table.frontends("exposed")?.count == 3 && table.problems.isEmpty)
    }

    @Test("the same address with another port or protocol is another frontend")
    func sharedAddress() {
        let dns = service("dns", ips: ["10.96.0.2"], ports: [ServicePort(port: 53)], externalIPs: ["192.0.2.1"])
        let table = RoutingTable([young, dns])
        #expect(table.frontends("dns")?.count == 2 && table.frontends("a-young")?.count == 2)
        #expect(table.problems.isEmpty)
    }
}
