import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import NodeProxy

@Suite("The log line about a programming")
struct ProgrammingSummaryTests {
    let report = ProgrammingReport(messages: 12, bytes: 1400)

    func route(_ name: String, _ family: IPFamily = .ipv4, endpoints: Int) -> ServicePortRoute {
        let service = NamespacedName(namespace: "default", name: name)
        return ServicePortRoute(
            key: RouteKey(name: ServicePortName(service: service, port: "http"), family: family), frontends: [],
            clusterBackends: (0..<endpoints).map {
                Backend(address: IPAddress(ipv4: UInt32($0)), port: 80, isLocal: false)
            })
    }

    func added(_ routes: ServicePortRoute...) -> RoutingChange { added(routes) }

    func added(_ routes: [ServicePortRoute]) -> RoutingChange {
        RoutingChange(entries: routes.map { RoutingChange.Entry(key: $0.key, old: nil, new: $0) })
    }

    func text(_ change: RoutingChange) -> String {
        ProgrammingSummary.text(applied: change, report, in: .microseconds(345))
    }

    @Test("one Service port is named, once for both IP families")
    func one() {
        let change = added(route("web", endpoints: 3), route("web", .ipv6, endpoints: 2))
        #expect(text(change) == "programmed default/web:http: 3 endpoints (12 messages, 1.4 kB) in 0.3 ms")
    }

    @Test("additions and removals are reported together")
    func mixed() {
        var change = added(route("web", endpoints: 1))
        let gone = route("api", endpoints: 1)
        change.entries.append(RoutingChange.Entry(key: gone.key, old: gone, new: nil))
        change.nodePorts = NodePortAddresses([IPAddress(ipv4: 1)])
        #expect(
            text(change)
                == "programmed node ports on 0.0.0.1, default/web:http: 1 endpoint, removed default/api:http (12 "
                + "messages, 1.4 kB) in 0.3 ms"
        )
    }

    @Test("many are counted")
    func many() {
        let change = added((0..<4).map { route("web-\($0)", endpoints: 2) })
        #expect(text(change).hasPrefix("programmed 4 Services with 8 endpoints ("))
        let removal = RoutingChange(
            entries: change.entries.map { RoutingChange.Entry(key: $0.key, old: $0.new, new: nil) })
        #expect(text(removal).hasPrefix("removed 4 Service ports ("))
    }

    @Test("a synchronization is counted, and says when there was nothing to write")
    func synchronization() {
        let routes = (0..<1000).map { route("web-\($0)", endpoints: 2) }
        let text = ProgrammingSummary.text(synchronized: routes, ProgrammingReport(), in: .milliseconds(310))
        #expect(text == "programmed 1,000 Services with 2,000 endpoints (the kernel held it already) in 0.31 s")
    }

    @Test("times and sizes are given with two or three digits")
    func quantities() {
        let times: [Duration] = [.zero, .microseconds(9999), .milliseconds(42), .milliseconds(100), .seconds(12)]
        #expect(times.map(Quantity.text) == ["0.0 ms", "9.9 ms", "42 ms", "0.10 s", "12.0 s"])
        #expect([999, 1000, 3_200_000].map(Quantity.text(bytes:)) == ["999 B", "1.0 kB", "3.2 MB"])
        #expect(Quantity.text(1_002_003, "endpoint") == "1,002,003 endpoints")
    }
}
