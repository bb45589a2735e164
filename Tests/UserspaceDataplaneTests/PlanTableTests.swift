import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import UserspaceDataplane

@Suite("Plans and their changes")
struct PlanTableTests {
    private func route(_ name: String, _ addresses: UInt32..., port: UInt16 = 80) -> ServicePortRoute {
        let name = ServicePortName(service: NamespacedName(namespace: "default", name: name))
        return ServicePortRoute(
            key: RouteKey(name: name, family: .ipv4),
            frontends: addresses.map { Frontend(kind: .clusterIP, address: IPAddress(ipv4: $0), port: port) },
            clusterBackends: [Backend(address: IPAddress(ipv4: 99), port: 1)])
    }

    private func entry(_ old: ServicePortRoute?, _ new: ServicePortRoute?) throws -> RoutingChange.Entry {
        RoutingChange.Entry(key: try #require(new?.key ?? old?.key), old: old, new: new)
    }

    @Test("a change has exactly the additions and removals")
    func change() throws {
        var table = PlanTable()
        #expect(table.replace([route("a", 1), route("b", 2)], on: MachineView()).set.count == 2)
        let edits = table.apply([try entry(route("a", 1), route("a", 1, 3)), try entry(route("b", 2), nil)])
        #expect(edits.set.map(\.place.address) == [IPAddress(ipv4: 3)])
        #expect(edits.removed.map(\.place.address) == [IPAddress(ipv4: 2)])
        #expect(table.plans.count == 2)
    }

    @Test("a frontend that moves between Services is set, not removed, in any order")
    func moved() throws {
        for reversed in [false, true] {
            var table = PlanTable()
            _ = table.replace([route("a", 1), route("b", 2)], on: MachineView())
            let entries = [try entry(route("a", 1), route("a")), try entry(route("b", 2), route("b", 2, 1))]
            let edits = table.apply(reversed ? entries.reversed() : entries)
            #expect(edits.removed.isEmpty)
            #expect(edits.set.map(\.route.name.service.name) == ["b"])
            #expect(table.plans.count == 2)
        }
    }

    @Test("frontends at added or removed addresses are set again, others are not")
    func machine() {
        var table = PlanTable()
        _ = table.replace([route("a", 1), route("b", 2)], on: MachineView(addresses: [IPAddress(ipv4: 1)]))
        let edits = table.move(to: MachineView(addresses: [IPAddress(ipv4: 2), IPAddress(ipv4: 9)]))
        #expect(Set(edits.set.map(\.place.address)) == [IPAddress(ipv4: 1), IPAddress(ipv4: 2)])
        #expect(table.move(to: MachineView(addresses: [IPAddress(ipv4: 2)])).set.isEmpty)
    }

    @Test("changes lead to the same plans as everything at once")
    func agreement() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var table = PlanTable()
            var routes: [String: ServicePortRoute] = [:]
            for _ in 0..<20 {
                let name = ["a", "b", "c"].randomElement(using: &generator) ?? "a"
                let port = UInt16.random(in: 1...3, using: &generator)
                let taken = Set(routes.filter { $0.key != name }.values.flatMap { $0.frontends.map(\.port) })
                let new = Bool.random(using: &generator) || taken.contains(port) ? nil : route(name, 1, port: port)
                guard new != routes[name] else { continue }
                _ = table.apply([try entry(routes[name] ?? route(name), new)])
                routes[name] = new
            }
            var whole = PlanTable()
            _ = whole.replace(Array(routes.values), on: MachineView())
            #expect(table.plans == whole.plans)
        }
    }
}
