import InternetAddresses
import Testing

@testable import NFTablesDataplane

@Suite struct PodNetworksTests {
    static let examples: [[IPNetwork]] = [
        [],
        networks("10.244.0.0/16"),
        networks("10.244.0.0/16", "10.246.0.0/16"),
        // One begins where the other ends.
        networks("10.0.0.0/9", "10.128.0.0/9"),
        networks("10.0.0.0/10", "10.64.0.0/10", "10.128.0.0/9", "11.0.0.0/8"),
        networks("0.0.0.0/0"),
        networks("0.0.0.0/1", "128.0.0.0/1"),
        networks("255.255.255.0/24"),
        networks("255.255.255.255/32", "0.0.0.0/32"),
        networks("fd00:10:244::/48"),
        networks("fd00::/9", "fd80::/9"),
        networks("::/0"),
        networks("ffff:ffff:ffff:ffff:ffff:ffff:ffff:0/112", "::/128"),
        networks("fd00:0:0:0:ffff:ffff:ffff:ffff/128"),
    ]

    @Test("networks survive the way through their bounds", arguments: examples)
    func roundTrip(networks: [IPNetwork]) {
        let pods = PodNetworks(networks)
        // As they are written: there is no end behind the last address.
        let bounds = pods.networks.flatMap { network -> [(address: IPAddress, isEnd: Bool)] in
            return [(network.address, false)] + (network.nextAddress.map { [($0, true)] } ?? [])
        }
        #expect(PodNetworks(bounds: bounds.shuffled(), networks.first?.family ?? .ipv4) == pods)
    }

    @Test("a network inside another is left out")
    func overlap() {
        #expect(PodNetworks(networks("10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8")).networks == networks("10.0.0.0/8"))
    }

    @Test("a range that is no network is none of ours")
    func noNetwork() {
        let bounds = [(address: ip("10.0.0.1"), isEnd: false), (address: ip("10.0.0.3"), isEnd: true)]
        #expect(PodNetworks(bounds: bounds, .ipv4).networks.isEmpty)
    }

    @Test(
        "the address behind a network",
        arguments: [
            ("10.244.0.0/16", "10.245.0.0"), ("10.0.0.255/32", "10.0.1.0"), ("fd00::/64", "fd00:0:0:1::"),
            ("255.255.255.0/24", nil), ("0.0.0.0/0", nil), ("ff00::/8", nil), ("::/0", nil),
        ])
    func nextAddress(network: String, next: String?) throws {
        #expect(try #require(IPNetwork(network)).nextAddress == next.map(ip))
    }
}
