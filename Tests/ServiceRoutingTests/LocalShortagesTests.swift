import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@Suite("Services without an endpoint on the node")
struct LocalShortagesTests {
    private func route(_ name: String, internal: Destination, external: Destination) -> ServicePortRoute {
        ServicePortRoute(
            key: RouteKey(
                name: ServicePortName(service: NamespacedName(namespace: "default", name: name), port: ""),
                family: .ipv4),
            frontends: [
                Frontend(kind: .clusterIP, address: IPAddress(ipv4: 0x0A60_0001), port: 80, inside: `internal`),
                Frontend(
                    kind: .nodePort, address: IPAddress(ipv4: 0xAC1E_0002), port: 30080, inside: .clusterBackends,
                    outside: external),
            ], clusterBackends: [])
    }

    @Test("each policy counts its own")
    func policies() {
        let shortages = LocalShortages(
            RoutingSnapshot(
                routes: [
                    route("a", internal: .drop, external: .clusterBackends),
                    route("b", internal: .drop, external: .drop),
                    route("c", internal: .refuse, external: .refuse),
                ], nodePorts: NodePortAddresses()))
        #expect(shortages.underInternalPolicy(.ipv4) == 2)
        #expect(shortages.underExternalPolicy(.ipv4) == 1)
        #expect(shortages.underInternalPolicy(.ipv6) == 0)
    }

    @Test("changes are followed")
    func changes() {
        let short = route("a", internal: .drop, external: .drop)
        let served = route("a", internal: .localBackends, external: .localBackends)
        var shortages = LocalShortages()
        for (old, new, count) in [(nil, short, 1), (short, served, 0), (served, short, 1), (short, nil, 0)]
            as [(ServicePortRoute?, ServicePortRoute?, Int)]
        {
            shortages.apply(
                RoutingChange(entries: [RoutingChange.Entry(key: short.key, old: old, new: new)]))
            #expect(shortages.underInternalPolicy(.ipv4) == count)
            #expect(shortages.underExternalPolicy(.ipv4) == count)
        }
    }
}
