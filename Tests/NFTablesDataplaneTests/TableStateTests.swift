import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// Histories that are easy to get wrong.
@Suite struct TableStateTests {
    private var state = TableState(family: .ipv4)
    private var kernel = FakeKernel()
    private let shared = frontend(ip("192.0.2.1"))
    private let first = route("a", .ipv4, [.externalIP(ip("192.0.2.1"))], pods: [1])
    private let second = route("b", .ipv4, [.externalIP(ip("192.0.2.1"))], pods: [2, 3])

    @discardableResult
    private mutating func follow(_ change: RoutingChange) -> [FrontendKey: Set<Slot>] {
        let checks = state.follow(change, &kernel)
        #expect(kernel.refusals == [])
        #expect(kernel.elements == state.elements)
        return checks
    }

    private func routeClass(_ frontend: FrontendKey, _ set: SetID = .services) -> RouteClass? {
        guard case .routeClass(let id) = kernel.sets[set]?[.frontend(frontend)] else { return nil }
        return RouteClass(id: id)
    }

    @Test("a frontend moves from one route to another within one change, in either order", arguments: [false, true])
    mutating func frontendMoves(takenFirst: Bool) {
        follow(.set(first))
        var change = RoutingChange.remove(first)
        change.entries.append(contentsOf: RoutingChange.set(second).entries)
        if takenFirst { change.entries.reverse() }
        follow(change)
        #expect(state.owners[shared] == second.key)
        #expect(routeClass(shared) == .pick(count: 2, .cluster, sticky: false))
        #expect(state.waiting.isEmpty)
    }

    @Test("two routes exchange frontends within one change")
    mutating func exchange() {
        let (one, two) = (Frontend.externalIP(ip("192.0.2.1")), Frontend.externalIP(ip("192.0.2.2")))
        follow(.set(route("a", .ipv4, [one], pods: [1]), route("b", .ipv4, [two], pods: [2, 3])))
        follow(.set(route("a", .ipv4, [two], pods: [1]), route("b", .ipv4, [one], pods: [2, 3])))
        #expect(state.owners[shared]?.name.service.name == "b")
        #expect(routeClass(shared) == .pick(count: 2, .cluster, sticky: false))
        #expect(routeClass(frontend(ip("192.0.2.2"))) == .pick(count: 1, .cluster, sticky: false))
    }

    @Test("a route that has lost a frontend gets it when the owner goes")
    mutating func ownerGoes() {
        follow(.set(first))
        follow(.set(second))
        #expect(state.owners[shared] == first.key)
        #expect(state.waiting == [shared: [second.key]])
        follow(.remove(first))
        #expect(state.owners[shared] == second.key)
        #expect(routeClass(shared) == .pick(count: 2, .cluster, sticky: false))
        #expect(state.waiting.isEmpty)
    }

    @Test("a route that waits for a frontend and goes does not get it")
    mutating func waiterGoes() {
        follow(.set(first))
        follow(.set(second))
        follow(.remove(second))
        follow(.remove(first))
        #expect(state.owners.isEmpty)
        #expect(state.waiting.isEmpty)
    }

    @Test("a node port gives way to an address that another route has, and comes when that one goes")
    mutating func nodePortOnTakenAddress() {
        let address = ip("172.30.0.2")
        let taken = frontend(address, 30080)
        let owner = route("a", .ipv4, [.externalIP(address, 30080)], pods: [1])
        let nodePort = route("b", .ipv4, [.nodePort(30080)], pods: [2, 3])
        follow(.set(owner, nodePort))
        follow(RoutingChange(nodeAddresses: [address]))
        #expect(state.owners[taken] == owner.key)
        follow(.remove(owner))
        #expect(state.owners[taken] == nodePort.key)
        #expect(routeClass(taken) == .pick(count: 2, .cluster, sticky: false))
    }

    @Test("backends that only node ports lead to are there when the node's addresses come")
    mutating func lateNodeAddresses() {
        let route = route(
            "web", .ipv4, [.clusterIP(ip("10.96.0.1")), .nodePort(30080)], pods: [1, 2, 3], local: [2, 3],
            externalPolicy: .local)
        follow(.set(route))
        follow(RoutingChange(nodeAddresses: [ip("172.30.0.2")]))
        let nodePort = frontend(ip("172.30.0.2"), 30080)
        #expect(routeClass(nodePort) == .pick(count: 3, .cluster, sticky: false))
        #expect(routeClass(nodePort, .outside) == .pick(count: 2, .local, sticky: false))
    }

    @Test("addresses of the node change together with the routes that have node ports")
    mutating func addressesAndEntries() {
        let route = route("web", .ipv4, [.nodePort(30080)])
        follow(.set(route))
        var change = RoutingChange.remove(route)
        change.nodeAddresses = [ip("172.30.0.2")]
        follow(change)
        change = .set(route)
        change.nodeAddresses = [ip("172.30.0.3")]
        follow(change)
        #expect(Set(state.owners.keys) == [frontend(ip("172.30.0.3"), 30080)])
    }

    @Test("a timeout that goes and comes back within one change stays")
    mutating func timeoutStays() {
        let (one, two) = (Frontend.clusterIP(ip("10.96.0.1")), Frontend.clusterIP(ip("10.96.0.2")))
        follow(.set(route("a", .ipv4, [one], affinity: 60)))
        follow(.set(route("a", .ipv4, [one]), route("b", .ipv4, [two], affinity: 60)))
        #expect(kernel.timeouts == [60])
        follow(.set(route("b", .ipv4, [two], affinity: 90)))
        #expect(kernel.timeouts == [90])
        follow(.remove(route("b")))
        #expect(kernel.timeouts.isEmpty)
    }

    @Test("classes that nobody uses are kept for a while, and go before there are too many")
    mutating func idleClasses() {
        for count in 1...100 {
            follow(.set(route(pods: Array(1...count), affinity: count % 2 == 0 ? 60 : nil)))
            #expect(kernel.classes.count <= 70)
        }
        follow(.set(route(pods: Array(1...99))))
        #expect(kernel.classes.contains(.pick(count: 99, .cluster, sticky: false)))
    }

    @Test("a clusterIP is shared by the ports of its Service")
    mutating func sharedClusterIP() {
        let address = ip("10.96.0.1")
        let (http, dns) = (route("a", .ipv4, [.clusterIP(address, 80)]), route("b", .ipv4, [.clusterIP(address, 53)]))
        follow(.set(http, dns))
        #expect(kernel.sets[.clusterIPs] == [.address(address): .none])
        follow(.remove(http))
        #expect(kernel.sets[.clusterIPs] == [.address(address): .none])
        follow(.remove(dns))
        #expect(kernel.sets[.clusterIPs]?.isEmpty == true)
    }

    @Test("no endpoint anywhere is a refusal, endpoints that may not be used are a drop")
    mutating func withoutBackends() {
        let external = frontend(ip("192.0.2.1"))
        var route = route("web", .ipv4, [.externalIP(ip("192.0.2.1"))], externalPolicy: .local)
        follow(.set(route))
        #expect(routeClass(external, .outside) == .drop)
        route.clusterBackends = []
        route.hasEndpoints = false
        follow(.set(route))
        #expect(routeClass(external) == .refuse)
        #expect(routeClass(external, .outside) == .refuse)
    }

    @Test("long names are shown as far as nft takes comments")
    mutating func longName() {
        let long = String(repeating: "x", count: 63)
        follow(.set(route(long + long)))
        state.forEachElement { set, _, _, comment in
            #expect(comment.utf8.count == (set == .services ? 127 : 0))
        }
    }

    @Test("a new endpoint is three edits, whatever else there is")
    mutating func flip() {
        for index in 1...20 { follow(.set(route("s\(index)", .ipv4, [.clusterIP(IPFamily.ipv4.service(index))]))) }
        follow(.set(route("s7", .ipv4, [.clusterIP(IPFamily.ipv4.service(7))], pods: [1, 2])))
        var edits = TableEdits()
        state.set(
            key("s7"), to: route("s7", .ipv4, [.clusterIP(IPFamily.ipv4.service(7))], pods: [1, 2, 3]), into: &edits)
        state.settle(into: &edits)
        // One more slot, and the frontend in another class.
        #expect(edits.count == 3)
        #expect(edits.newClasses.isEmpty)
    }
}

/// Which clients are forgotten.
@Suite struct AffinityCheckTests {
    private var state = TableState(family: .ipv4)
    private var kernel = FakeKernel()
    private let cluster = frontend(ip("10.96.0.1"))
    private let external = frontend(ip("192.0.2.1"))

    private func route(_ pods: [Int], affinity: UInt32? = 60, policy: Bool = true) -> ServicePortRoute {
        NFTablesDataplaneTests.route(
            "web", .ipv4, [.clusterIP(ip("10.96.0.1")), .externalIP(ip("192.0.2.1"))], pods: pods, local: [1, 2],
            externalPolicy: policy ? .local : .cluster, affinity: affinity)
    }

    private mutating func follow(_ change: RoutingChange) -> [FrontendKey: Set<Slot>] { state.follow(change, &kernel) }

    @Test("nobody is forgotten for a newcomer")
    mutating func newcomer() {
        _ = follow(.set(route([1, 2, 4])))
        #expect(follow(.set(route([1, 2, 4, 5]))).isEmpty)
    }

    @Test("only clients of a backend that has gone are forgotten, even where a slot is moved")
    mutating func gone() {
        _ = follow(.set(route([1, 2, 4, 5])))
        #expect(
            follow(.set(route([2, 4, 5]))) == [
                cluster: [slot(2), slot(4), slot(5)], external: [slot(2), slot(4), slot(5)],
            ])
    }

    @Test("under another policy only clients of backends that both lists have are sure to be right")
    mutating func policy() {
        _ = follow(.set(route([1, 2, 4], policy: false)))
        #expect(follow(.set(route([1, 2, 4]))) == [external: [slot(1), slot(2)]])
    }

    @Test("everybody is forgotten when affinity ends, or the Service")
    mutating func end() {
        _ = follow(.set(route([1, 2])))
        #expect(follow(.set(route([1, 2], affinity: nil))) == [cluster: [], external: []])
        _ = follow(.set(route([1, 2])))
        #expect(follow(.remove(route([1, 2]))) == [cluster: [], external: []])
    }

    @Test("another timeout forgets nobody")
    mutating func timeout() {
        _ = follow(.set(route([1, 2])))
        #expect(follow(.set(route([1, 2], affinity: 90))).isEmpty)
    }
}
