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

    private mutating func follow(_ change: RoutingChange) {
        state.follow(change, &kernel)
        #expect(kernel.refusals == [])
        #expect(kernel.elements == state.elements)
    }

    private func action(_ frontend: FrontendKey, _ set: SetID = .services) -> RouteClass.Action? {
        guard case .routeClass(let id) = kernel.sets[set]?[.frontend(frontend)] else { return nil }
        return RouteClass(id: id)?.action
    }

    @Test("a frontend moves from one route to another within one change, in either order", arguments: [false, true])
    mutating func frontendMoves(takenFirst: Bool) {
        follow(.set(first))
        var change = RoutingChange.remove(first)
        change.entries.append(contentsOf: RoutingChange.set(second).entries)
        if takenFirst { change.entries.reverse() }
        follow(change)
        #expect(state.owner(of: shared) == second.key)
        #expect(action(shared) == .pick(count: 2, .cluster))
    }

    @Test("two routes exchange frontends within one change")
    mutating func exchange() {
        let (one, two) = (Frontend.externalIP(ip("192.0.2.1")), Frontend.externalIP(ip("192.0.2.2")))
        follow(.set(route("a", .ipv4, [one], pods: [1]), route("b", .ipv4, [two], pods: [2, 3])))
        follow(.set(route("a", .ipv4, [two], pods: [1]), route("b", .ipv4, [one], pods: [2, 3])))
        #expect(state.owner(of: shared)?.name.service.name == "b")
        #expect(action(shared) == .pick(count: 2, .cluster))
        #expect(action(frontend(ip("192.0.2.2"))) == .pick(count: 1, .cluster))
    }

    @Test("frontends with session affinity are exchanged, and keep the clients of their Services")
    mutating func stickyExchange() {
        let (one, two) = (Frontend.externalIP(ip("192.0.2.1")), Frontend.externalIP(ip("192.0.2.2")))
        follow(
            .set(
                route("a", .ipv4, [one], pods: [1], affinity: 60),
                route("b", .ipv4, [two], pods: [2, 3], affinity: 60)))
        let before = Set(kernel.stickyLists.keys)
        follow(
            .set(
                route("a", .ipv4, [two], pods: [1], affinity: 60),
                route("b", .ipv4, [one], pods: [2, 3], affinity: 60)))
        #expect(Set(kernel.stickyLists.keys) == before)
    }

    @Test("unused classes are kept, and removed before there are too many")
    mutating func idleClasses() {
        for count in 1...100 {
            follow(.set(route(pods: Array(1...count))))
            #expect(kernel.classes.count <= 70)
        }
        follow(.set(route(pods: Array(1...99))))
        #expect(kernel.classes.contains { $0.action == .pick(count: 99, .cluster) })
    }

    @Test("a kernel that refuses to remove chains is not asked again")
    mutating func keptClasses() {
        state.keepsAllClasses = true
        for count in 1...100 { follow(.set(route(pods: Array(1...count)))) }
        #expect(state.surplusClasses.isEmpty)
        #expect(kernel.classes.count > 100)
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

    @Test("no endpoint anywhere means refuse, unusable endpoints mean drop")
    mutating func withoutBackends() {
        let external = frontend(ip("192.0.2.1"))
        follow(.set(route("web", .ipv4, [.externalIP(ip("192.0.2.1"))], externalPolicy: .local)))
        #expect(action(external) == .split)
        #expect(action(external, .inside) == .pick(count: 3, .cluster))
        #expect(action(external, .outside) == .drop)
        follow(.set(route("web", .ipv4, [.externalIP(ip("192.0.2.1"))], pods: [], externalPolicy: .local)))
        #expect(action(external) == .refuse)
        #expect(action(external, .outside) == nil)
    }

    @Test("networks of Services are followed in their own family")
    mutating func serviceNetworks() {
        var edits = TableEdits()
        state.set(serviceNetworks: networks("fd00:10:96::/112"), into: &edits)
        #expect(edits.isEmpty)
        state.set(serviceNetworks: networks("10.96.0.0/12", "fd00:10:96::/112"), into: &edits)
        #expect(edits.changesServiceNetworks)
        #expect(state.context.serviceNetworks == networks("10.96.0.0/12"))
    }

    @Test("long names are cut to nft's limit for comments")
    mutating func longName() {
        let long = String(repeating: "x", count: 63)
        follow(.set(route(long + long)))
        state.forEachElement { set, _, _, comment in
            #expect(comment.utf8.count == (set == .services ? 127 : 0))
        }
    }

    @Test("a new endpoint is three edits, regardless of everything else")
    mutating func flip() {
        for index in 1...20 { follow(.set(route("s\(index)", .ipv4, [.clusterIP(IPFamily.ipv4.service(index))]))) }
        follow(.set(route("s7", .ipv4, [.clusterIP(IPFamily.ipv4.service(7))], pods: [1, 2])))
        var edits = TableEdits()
        state.set(
            key("s7"), to: route("s7", .ipv4, [.clusterIP(IPFamily.ipv4.service(7))], pods: [1, 2, 3]), into: &edits)
        state.settle(into: &edits)
        // One more slot, and the frontend's new class.
        #expect(edits.count == 3)
        #expect(edits.newClasses.isEmpty)
    }

    @Test("a list's clients are dropped with affinity, with the last backend and with the Service")
    mutating func affinityEnds() {
        for end in [route(pods: [1, 2]), route(pods: [], affinity: 60), nil] {
            follow(.set(route(pods: [1, 2], affinity: 60)))
            #expect(kernel.stickyLists.count == 1)
            follow(end.map { .set($0) } ?? .remove(route()))
            #expect(kernel.stickyLists.isEmpty)
            let isLeft = kernel.classes.contains { $0.isSticky }
            #expect(!isLeft)
        }
    }

    @Test("each list of a Service has its own clients")
    mutating func listsOfAService() {
        follow(
            .set(
                route(
                    "web", .ipv4, [.clusterIP(ip("10.96.0.1")), .externalIP(ip("192.0.2.1"))], local: [1],
                    externalPolicy: .local, affinity: 60)))
        #expect(Set(kernel.stickyLists.values.map(\.backends)) == [.cluster, .local])
        #expect(action(frontend(ip("10.96.0.1"))) == action(shared, .inside))
        #expect(action(shared, .inside) != action(shared, .outside))
    }
}
