import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing
import UserspaceProxy

@testable import UserspaceDataplane

@Suite("Clients and their endpoints as text")
struct AffinityTextTests {
    private func key(_ port: String, _ family: IPFamily, _ list: AffinityText.List) -> AffinityText.Key {
        let service = NamespacedName(namespace: "shop", name: "web")
        return AffinityText.Key(
            route: RouteKey(name: ServicePortName(service: service, port: port, transport: .udp), family: family),
            list: list)
    }

    private func affinity(_ client: UInt32) -> Balancer.Affinity {
        Balancer.Affinity(
            client: IPAddress(ipv4: client), endpoint: RelayAddress(IPAddress(ipv4: client + 1), 8080), age: 1500)
    }

    @Test("written clients are read back, in any number of messages")
    func roundTrip() {
        let far = Balancer.Affinity(
            client: IPAddress(ipv6High: .max, low: .max),
            endpoint: RelayAddress(IPAddress(ipv6High: .max, low: .max), .max), age: 86_400_000)
        let table: AffinityText.Table = [
            key("http", .ipv4, .cluster): [affinity(1), affinity(5)], key("", .ipv4, .local): [affinity(9)],
            key("http", .ipv6, .local): [far],
        ]
        var read: AffinityText.Table = [:]
        for (key, affinities) in table {
            for affinity in affinities {
                let text = AffinityText.lines(key, [affinity]).joined(separator: "\n")
                #expect(AffinityText.begins(text))
                AffinityText.read(text.split(separator: "\n"), into: &read)
            }
        }
        #expect(read == table)
    }

    @Test("unreadable lines are skipped, with everything after an unknown list")
    func nonsense() {
        let lines = [
            "client 10.0.0.1 10.0.0.2 80 1", "affinity UDP IPv4 shop web http sideways",
            "client 10.0.0.1 10.0.0.2 80 1", "affinity UDP IPv4 shop web http cluster", "client 10.0.0.1 nowhere 80 1",
            "client 0.0.0.1 0.0.0.2 8080 1500", "hello",
        ]
        var read: AffinityText.Table = [:]
        AffinityText.read(lines.map { Substring($0) }, into: &read)
        #expect(read == [key("http", .ipv4, .cluster): [affinity(1)]])
    }
}
