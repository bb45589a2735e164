import InternetAddresses
import KubernetesAPI
import ServiceRouting
import TestKit
import Testing

/// Long random histories of a small and crowded cluster: few names, few addresses, many conflicts.
@Suite struct RoutingPropertyTests {
    @Test(
        "after any history the table is that of the remaining objects, and the reported changes lead there",
        arguments: 0..<40)
    func incrementalEqualsFromScratch(seed: UInt64) {
        var cluster = RandomCluster(seed: seed)
        let configuration = RoutingConfiguration(nodeName: nodeName, nodePorts: cluster.policy())
        var table = RoutingTable(configuration: configuration)
        var objects: [ObjectKey: KubernetesObject] = [:]
        var programmed: [RouteKey: ServicePortRoute] = [:]
        var nodePorts = table.nodePorts
        var machine: [IPAddress] = []
        var told: Set<RoutingProblem> = []

        for _ in 0..<60 {
            let batch = (0..<cluster.number(1...4)).map { _ in cluster.change() }
            for change in batch {
                switch change {
                case .set(let object): objects[object.key] = object
                case .removed(let key): objects[key] = nil
                }
            }
            let moved = cluster.chance(6) ? cluster.machineAddresses() : nil
            machine = moved ?? machine
            let change = table.apply(batch, machineAddresses: moved)
            #expect(Set(change.entries.map(\.key)).count == change.entries.count)
            for entry in change.entries {
                #expect(entry.old != entry.new)
                #expect(entry.old == programmed[entry.key])
                programmed[entry.key] = entry.new
            }
            if let new = change.nodePorts { nodePorts = new }
            expectNoConflicts(Array(table.routes))
            #expect(told.isDisjoint(with: change.problems))
            told = told.union(change.problems).intersection(table.problems)

            for order in [objects.values.shuffled(using: &cluster.random), Array(objects.values)] {
                var scratch = RoutingTable(configuration: configuration)
                _ = scratch.apply(order.map(ObjectChange.set), machineAddresses: machine)
                #expect(Set(table.routes) == Set(scratch.routes))
                #expect(Set(table.problems) == Set(scratch.problems))
                #expect(table.nodePorts == scratch.nodePorts)
            }
            var gradual = RoutingTable(configuration: configuration)
            for object in objects.values.shuffled(using: &cluster.random) {
                _ = gradual.apply([.set(object)], isComplete: false)
            }
            _ = gradual.apply([], machineAddresses: machine)
            #expect(Set(table.routes) == Set(gradual.routes) && Set(table.problems) == Set(gradual.problems))
            #expect(gradual.routeCount == table.routeCount)
            #expect(Set(programmed.values) == Set(table.routes))
            #expect(programmed.allSatisfy { table.route(for: $0.key) == $0.value })
            #expect(table.routeCount == programmed.count)
            #expect(nodePorts == table.nodePorts)
            #expect(told == Set(table.problems))
        }
    }

    /// No two routes share an address, port and protocol; the targets of frontends exist.
    private func expectNoConflicts(_ routes: [ServicePortRoute]) {
        var seen: Set<[String]> = []
        for route in routes {
            for frontend in route.frontends {
                let address = frontend.address.map(\.description) ?? "node port \(route.key.family)"
                #expect(seen.insert([address, "\(frontend.port)", "\(route.key.name.transport)"]).inserted)
                for destination in [frontend.inside, frontend.outside] where destination.isServed {
                    #expect(!route.backends(of: destination).isEmpty)
                }
                #expect((frontend.inside == .refuse) == (frontend.outside == .refuse))
            }
            for backends in [route.clusterBackends, route.localBackends, route.servingBackends] {
                #expect(Set(backends).count == backends.count && backends == backends.sorted())
            }
            #expect(route.localBackends.allSatisfy { $0.isLocal })
        }
    }
}

/// Draws random changes of objects.
private struct RandomCluster {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func chance(_ outOf: Int) -> Bool { number(1...outOf) == 1 }
    mutating func pick<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }

    mutating func some<T>(_ choices: [T]) -> [T] {
        let count = number(0...choices.count)
        return Array(choices.shuffled(using: &random).prefix(count))
    }

    mutating func policy() -> NodePortPolicy {
        let networks = ["172.30.0.0/16", "192.0.2.0/24"].compactMap { IPNetwork($0) }
        return pick([.primary, .everyAddress, NodePortPolicy(.networks(networks)), NodePortPolicy(.networks([]))])
    }

    mutating func machineAddresses() -> [IPAddress] {
        some(["127.0.0.1", "172.30.0.2", "192.0.2.1", "10.96.0.2", "fd00::2", "2001:db8::1"]).map(ip)
    }

    mutating func change() -> ObjectChange {
        switch number(0...9) {
        case 0:
            .removed(ObjectKey(kind: .service, name: NamespacedName(namespace: "default", name: pick(names))))
        case 1:
            .removed(ObjectKey(kind: .endpointSlice, name: NamespacedName(namespace: "default", name: pick(slices))))
        case 2: .set(.node(anyNode()))
        case 3...5: .set(.service(anyService()))
        default: .set(.endpointSlice(anySlice()))
        }
    }

    private let names = ["a", "b", "c", "d"]
    private let slices = ["s1", "s2", "s3", "s4", "s5"]
    private let addresses = ["10.96.0.1", "10.96.0.2", "192.0.2.1", "fd00::1", "fd00::2", "2001:db8::1", "127.0.0.1"]

    private mutating func anyNode() -> Node {
        node(
            pick([nodeName, nodeName, "n2"]), zone: pick(["z1", "z2", nil]),
            internalIPs: some(["172.30.0.2", "172.30.0.3", "fd00::2"]), externalIPs: some(["192.0.2.9", "2001:db8::9"]))
    }

    private mutating func anyService() -> Service {
        var ports: [ServicePort] = []
        for name in some(["", "http", "dns"]) {
            ports.append(
                ServicePort(
                    name: name, transport: pick([.tcp, .udp]), port: pick([53, 80, 30080]),
                    nodePort: pick([nil, 30053, 30080])))
        }
        return service(
            pick(names), kind: pick([.clusterIP, .nodePort, .loadBalancer, .loadBalancer, .externalName]),
            ips: some(["10.96.0.1", "10.96.0.2", "fd00::1", "fd00::2"]), ports: ports, externalIPs: some(addresses),
            ingress: some(addresses).map { .init(address: ip($0)) }, sourceRanges: some(["10.0.0.0/8", "fd00::/8"]),
            internalPolicy: pick([.cluster, .local]), externalPolicy: pick([.cluster, .local]),
            affinity: pick([nil, 10]), created: Int64(number(0...2)),
            labels: chance(8) ? [WellKnown.serviceProxyName: "other"] : [:])
    }

    private mutating func anySlice() -> EndpointSlice {
        let type: EndpointSlice.AddressType = pick([.ipv4, .ipv4, .ipv6, .fqdn])
        var result = slice(
            pick(slices), of: pick(["a", "b", "c", "d", nil]), type: type,
            labels: chance(10) ? [WellKnown.headless: ""] : [:])
        let isHinted = chance(2)
        for number in 1...4 where chance(2) {
            result.endpoints.append(
                endpoint(
                    type == .ipv6 ? "fd00:10::\(number)" : "10.244.0.\(number)",
                    pick([[.ready, .serving], [.ready, .serving], .draining, .terminating, []]),
                    on: pick(["n1", "n2", ""]),
                    zones: isHinted ? [pick(["z1", "z2"])] : [], nodes: chance(3) ? [pick(["n1", "n2"])] : []))
        }
        result.ports = some(["", "http", "dns"]).map { EndpointPort(name: $0, transport: .tcp, port: 8080) }
        result.ports += some(["", "dns"]).map { EndpointPort(name: $0, transport: .udp, port: 5353) }
        return result
    }
}
