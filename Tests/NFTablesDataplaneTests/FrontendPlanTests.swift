import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import NFTablesDataplane

@Suite struct FrontendPlanTests {
    private let everywhere: [Frontend] = [
        .clusterIP(ip("10.96.0.1")), .nodePort(ip("172.30.0.2"), 30080), .externalIP(ip("192.0.2.1")),
        .loadBalancer(ip("192.0.2.2")),
    ]
    private let nodePort = frontend(ip("172.30.0.2"), 30080)

    private func plans(_ route: ServicePortRoute, knowsPods: Bool = true) -> [FrontendKey: FrontendPlan] {
        var programmed = ProgrammedRoute(route)
        programmed.cluster = SlotList(route.clusterBackends)
        programmed.local = SlotList(route.localBackends)
        let plans = programmed.plans(knowsPods: knowsPods).map { ($0.frontend, $0.plan) }
        return Dictionary(plans) { first, _ in first }
    }

    private func pick(
        _ count: Int, _ list: RouteClass.Backends = .cluster, _ masquerade: RouteClass.Masquerade = .nobody,
        mayHairpin: Bool = false
    ) -> RouteClass {
        RouteClass(action: .pick(count: count, list), masquerade: masquerade, mayHairpin: mayHairpin)
    }

    @Test("under policy Cluster external addresses are masqueraded, a clusterIP only for clients outside")
    func cluster() {
        let plans = plans(route("web", .ipv4, everywhere))
        #expect(plans[frontend(ip("10.96.0.1"))]?.ordinary == pick(3, .cluster, .outsiders))
        for external in [nodePort, frontend(ip("192.0.2.1")), frontend(ip("192.0.2.2"))] {
            #expect(plans[external] == FrontendPlan(ordinary: pick(3, .cluster, .everyone), isClusterIP: false))
        }
    }

    @Test("if the pod network is unknown, no client is outside of it")
    func unknownPods() {
        #expect(plans(route(), knowsPods: false)[frontend(ip("10.96.0.1"))]?.ordinary == pick(3))
    }

    @Test("under external policy Local only connections from outside are restricted to the node's own backends")
    func externalLocal() {
        let plans = plans(route("web", .ipv4, everywhere, local: [1, 2], externalPolicy: .local))
        let split = FrontendPlan(
            ordinary: RouteClass(action: .split), inside: pick(3, .cluster, .thisNode, mayHairpin: true),
            outside: pick(2, .local, mayHairpin: true), isClusterIP: false)
        for external in [nodePort, frontend(ip("192.0.2.1")), frontend(ip("192.0.2.2"))] {
            #expect(plans[external] == split)
        }
        #expect(plans[frontend(ip("10.96.0.1"))]?.inside == nil)
    }

    @Test("a backend on this node may be the client itself, unless all clients are masqueraded")
    func hairpin() {
        let plans = plans(route("web", .ipv4, everywhere, local: [1]))
        #expect(plans[frontend(ip("10.96.0.1"))]?.ordinary.mayHairpin == true)
        #expect(plans[nodePort]?.ordinary.mayHairpin == false)
    }

    @Test("source ranges guard only the loadBalancer address, and do not overlap")
    func guarded() {
        let ranges = networks("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")
        let plans = plans(route("web", .ipv4, everywhere, sources: ranges))
        #expect(plans.filter(\.value.ordinary.isGuarded).map(\.key) == [frontend(ip("192.0.2.2"))])
        #expect(plans[frontend(ip("192.0.2.2"))]?.sources == networks("10.0.0.0/8", "192.0.2.0/24"))
    }

    @Test("a frontend bound to this node admits itself, once")
    func itself() {
        var route = route("web", .ipv4, [.loadBalancer(ip("192.0.2.2"))], sources: networks("10.0.0.0/8"))
        route.frontends[0].admission = .sourceRangesAndItself
        #expect(plans(route)[frontend(ip("192.0.2.2"))]?.sources == networks("10.0.0.0/8", "192.0.2.2/32"))
        route.sourceRanges = networks("192.0.2.0/24")
        #expect(plans(route)[frontend(ip("192.0.2.2"))]?.sources == networks("192.0.2.0/24"))
    }
}
