import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing
import UserspaceProxy

@testable import UserspaceDataplane

@Suite("Where a listener's connections go")
struct RouteRelayTests {
    let all = (1...3).map { Backend(address: IPAddress(ipv4: $0), port: 80) }

    private func rules(inside: Destination, outside: Destination) -> (ListenerRules, RouteRelay) {
        let frontend = Frontend(kind: .nodePort, address: nil, port: 30_080, inside: inside, outside: outside)
        let name = ServicePortName(service: NamespacedName(namespace: "default", name: "web"))
        let route = ServicePortRoute(
            key: RouteKey(name: name, family: .ipv4), frontends: [frontend], clusterBackends: all,
            localBackends: [all[0]])
        let relay = RouteRelay(route, counters: RelayCounters())
        return (relay.rules(ListenerPlan(frontend, of: route, on: MachineView())), relay)
    }

    @Test("clients inside and outside get their own endpoints")
    func split() {
        let (rules, relay) = rules(inside: .clusterBackends, outside: .localBackends)
        #expect(rules.inside === relay.cluster)
        #expect(rules.outside === relay.local)
        #expect(rules.inside?.endpoints.count == 3)
        #expect(rules.outside?.endpoints.count == 1)
    }

    @Test("if those outside are dropped, every accepted client is inside")
    func dropped() {
        let (rules, relay) = rules(inside: .clusterBackends, outside: .drop)
        #expect(rules.inside === relay.cluster)
        #expect(rules.outside === relay.cluster)
    }
}
