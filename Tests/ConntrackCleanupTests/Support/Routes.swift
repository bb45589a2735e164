import Conntrack
import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

/// The client of all connections in these tests.
let client = ip("10.244.0.9")
/// The frontend of the Service `dns`, its node port and an address of the node.
let clusterIP = ip("10.96.0.10")
let nodePort: UInt16 = 30053
let nodeAddress = ip("172.30.0.2")

func key(_ service: String = "dns", _ transport: TransportProtocol = .udp, _ family: IPFamily = .ipv4) -> RouteKey {
    RouteKey(
        name: ServicePortName(service: NamespacedName(namespace: "default", name: service), transport: transport),
        family: family)
}

func backends(_ numbers: [Int], port: UInt16 = 5353) -> [Backend] {
    numbers.sorted().map { Backend(address: ip("10.244.1.\($0)"), port: port) }
}

/// A route of `dns`: a clusterIP, a node port open on every address, and backends 10.244.1.N:5353, plus endpoints that
/// still serve but get no new flows.
func route(
    _ numbers: Int..., local: [Int] = [], draining: [Int] = [], key routeKey: RouteKey = key(),
    frontends: [Frontend]? = nil
) -> ServicePortRoute {
    ServicePortRoute(
        key: routeKey,
        frontends: frontends ?? [
            Frontend(kind: .clusterIP, address: clusterIP, port: 53),
            Frontend(kind: .nodePort, address: nil, port: nodePort),
        ],
        clusterBackends: backends(numbers), localBackends: backends(local),
        servingBackends: backends(numbers + draining))
}

func change(_ old: ServicePortRoute?, _ new: ServicePortRoute?, key routeKey: RouteKey = key()) -> RoutingChange {
    RoutingChange(entries: [RoutingChange.Entry(key: routeKey, old: old, new: new)])
}

/// A UDP connection of the client, answered by 10.244.1.N:5353; without N it was not translated.
func entry(
    to frontend: IPAddress = clusterIP, _ port: UInt16 = 53, by number: Int? = nil, backendPort: UInt16 = 5353,
    transport: TransportProtocol = .udp, clientPort: UInt16 = 4000
) -> ConntrackEntry {
    ConntrackEntry(
        transport: transport, source: client, sourcePort: clientPort, destination: frontend, destinationPort: port,
        replySource: number.map { ip("10.244.1.\($0)") } ?? frontend,
        replySourcePort: number == nil ? port : backendPort)
}
