import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import NFTablesDataplane

@Suite struct RouteShapeTests {
    private let everywhere: [Frontend] = [
        .clusterIP(ip("10.96.0.1")), .nodePort(30080), .externalIP(ip("192.0.2.1")), .loadBalancer(ip("192.0.2.2")),
    ]

    private func plans(_ route: ServicePortRoute, _ nodeAddresses: [IPAddress] = [ip("172.30.0.2")])
        -> [FrontendKey: FrontendPlan]
    {
        RouteShape(route).plans(nodeAddresses: nodeAddresses)
    }

    @Test("under policy Cluster external addresses are masqueraded, and the clusterIP is not")
    func cluster() {
        #expect(
            plans(route("web", .ipv4, everywhere)) == [
                frontend(ip("10.96.0.1")): FrontendPlan(backends: .cluster, isClusterIP: true),
                frontend(ip("172.30.0.2"), 30080): FrontendPlan(backends: .cluster, masquerades: true),
                frontend(ip("192.0.2.1")): FrontendPlan(backends: .cluster, masquerades: true),
                frontend(ip("192.0.2.2")): FrontendPlan(backends: .cluster, masquerades: true),
            ])
    }

    @Test("under external policy Local only connections from outside are held to the node's own backends")
    func externalLocal() {
        let local = FrontendPlan(backends: .cluster, holdsOutsideToLocal: true)
        #expect(
            plans(route("web", .ipv4, everywhere, externalPolicy: .local)) == [
                frontend(ip("10.96.0.1")): FrontendPlan(backends: .cluster, isClusterIP: true),
                frontend(ip("172.30.0.2"), 30080): local, frontend(ip("192.0.2.1")): local,
                frontend(ip("192.0.2.2")): local,
            ])
        #expect(local.lists == [.cluster, .local])
    }

    @Test("internal policy Local concerns the clusterIP alone")
    func internalLocal() {
        let plans = plans(route("web", .ipv4, everywhere, internalPolicy: .local))
        #expect(plans[frontend(ip("10.96.0.1"))] == FrontendPlan(backends: .local, isClusterIP: true))
        #expect(plans[frontend(ip("192.0.2.1"))] == FrontendPlan(backends: .cluster, masquerades: true))
    }

    @Test("source ranges guard the loadBalancer address alone")
    func guarded() {
        let plans = plans(route("web", .ipv4, everywhere, sources: networks("203.0.113.0/24")))
        #expect(plans.filter(\.value.isGuarded).map(\.key) == [frontend(ip("192.0.2.2"))])
    }

    @Test("a node port is open on each address of the node, and on none where there is none")
    func nodePorts() {
        let shape = route("web", .ipv4, [.nodePort(30080)])
        let addresses = [ip("172.30.0.2"), ip("172.30.0.3")]
        #expect(Set(plans(shape, addresses).keys) == Set(addresses.map { frontend($0, 30080) }))
        #expect(plans(shape, []).isEmpty)
    }

    @Test("an address that is named twice keeps its first meaning")
    func twice() {
        let address = ip("10.96.0.1")
        let plans = plans(route("web", .ipv4, [.clusterIP(address), .externalIP(address)]))
        #expect(plans == [frontend(address): FrontendPlan(backends: .cluster, isClusterIP: true)])
    }

    @Test("the lists in use do not depend on the node's addresses")
    func lists() {
        #expect(RouteShape(route("web", .ipv4, everywhere, externalPolicy: .local)).lists == [.cluster, .local])
        #expect(RouteShape(route("web", .ipv4, internalPolicy: .local)).lists == [.local])
        #expect(RouteShape(route("web", .ipv4, [.nodePort(30080)])).lists == [.cluster])
    }

    @Test("allowed sources do not overlap")
    func sources() {
        let shape = RouteShape(route(sources: networks("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")))
        #expect(shape.allowedSources == networks("10.0.0.0/8", "192.0.2.0/24"))
    }
}
