import Dataplane
import InternetAddresses
import NFTables
import Testing

@testable import NFTablesDataplane

@Suite struct LayoutTests {
    private let pods = LocalTraffic.networks(networks("10.244.0.0/16", "fd00:10:244::/48"))

    private func text(_ family: IPFamily, _ configuration: DataplaneConfiguration, _ timeouts: [UInt32] = [])
        -> [String]
    {
        Layout.rules(family, configuration, timeouts: timeouts).flatMap { chain, rules in
            rules.map { "\(chain.name): \($0.nftText(family))" }
        }
    }

    @Test("the rules of IPv4, where nothing is known of pods")
    func ipv4() {
        #expect(
            text(.ipv4, DataplaneConfiguration()) == [
                "refuse: meta l4proto tcp reject with tcp reset",
                "refuse: reject",
                "serve: meta priority set ip daddr . meta l4proto . th dport map @services meta priority vmap @dispatch",
                "serve: ip daddr @cluster-ips goto refuse",
                "source-nat: jump remember",
                "source-nat: ct original ip daddr . meta l4proto . ct original proto-dst @masqueraded masquerade fully-random",
                "source-nat: ip saddr . ip daddr @hairpin masquerade fully-random",
                "source-nat: ct original ip daddr . meta l4proto . ct original proto-dst @local-policy"
                    + " fib saddr type local masquerade fully-random",
                "prerouting: ip daddr . meta l4proto . th dport @guarded"
                    + " ip daddr . meta l4proto . th dport . ip saddr != @allowed-sources drop",
                "prerouting: meta priority set ip daddr . meta l4proto . th dport map @outside meta priority vmap @dispatch",
                "prerouting: goto serve",
                "output: ip daddr . meta l4proto . th dport @guarded"
                    + " ip daddr . meta l4proto . th dport . ip saddr != @allowed-sources drop",
                "output: goto serve",
                "input: ct status dnat jump remember",
                "postrouting: ct status dnat goto source-nat",
            ])
    }

    @Test("the rules of IPv6 are the same with its fields")
    func ipv6() {
        let ipv4 = text(.ipv4, DataplaneConfiguration(localTraffic: pods), [60])
        let ipv6 = text(.ipv6, DataplaneConfiguration(localTraffic: pods), [60])
        #expect(
            ipv6 == ipv4.map { $0.replacing("ip daddr", with: "ip6 daddr").replacing("ip saddr", with: "ip6 saddr") })
    }

    @Test("with a pod network, clients outside of it are told apart")
    func podNetwork() {
        let rules = text(.ipv4, DataplaneConfiguration(localTraffic: pods))
        #expect(
            rules.filter { $0.contains("pod-networks") } == [
                "source-nat: ct original ip daddr @cluster-ips ip saddr != @pod-networks masquerade fully-random",
                "prerouting: ip saddr != @pod-networks meta priority set ip daddr . meta l4proto . th dport map @outside"
                    + " meta priority vmap @dispatch",
            ])
        // A network of one family says nothing of the other.
        let ipv6 = text(.ipv6, DataplaneConfiguration(localTraffic: .networks(networks("10.244.0.0/16"))))
        #expect(!ipv6.contains { $0.contains("pod-networks") })
    }

    @Test(
        "where pods are behind a bridge or certain interfaces, clients that come in elsewhere are told apart",
        arguments: IPFamily.allCases)
    func podInterfaces(family: IPFamily) {
        for (traffic, name) in [(LocalTraffic.bridge("cni0"), "cni0"), (.interfacePrefix("veth"), "veth*")] {
            let rules = text(family, DataplaneConfiguration(localTraffic: traffic))
            let ip = family == .ipv4 ? "ip" : "ip6"
            #expect(
                rules.filter { $0.contains("iifname") } == [
                    "source-nat: ct original \(ip) daddr @cluster-ips iifname != \"\(name)\" masquerade fully-random",
                    "prerouting: iifname != \"\(name)\" meta priority set \(ip) daddr . meta l4proto . th dport"
                        + " map @outside meta priority vmap @dispatch",
                ])
        }
    }

    @Test("masqueradeAll spares nobody who connects to a clusterIP")
    func masqueradeAll() {
        let rules = text(.ipv4, DataplaneConfiguration(localTraffic: pods, masqueradeAll: true))
        #expect(
            rules.filter { $0.contains("@cluster-ips masquerade") } == [
                "source-nat: ct original ip daddr @cluster-ips masquerade fully-random"
            ])
    }

    @Test("each timeout has a rule, the shortest first")
    func timeouts() {
        let rules = text(.ipv4, DataplaneConfiguration(), [10800, 60]).filter { $0.hasPrefix("remember") }
        #expect(
            rules
                == [60, 10800].map { seconds in
                    "remember: ct original ip daddr . meta l4proto . ct original proto-dst @sticky-\(seconds) update @affinity"
                        + " { ct original ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst"
                        + " timeout \(seconds)s : ip daddr . th dport }"
                })
    }

    @Test("all sets have names of their own, and so have the chains")
    func names() {
        #expect(Set(Layout.sets.map(\.name)).count == Layout.sets.count)
        #expect(Set(Layout.chains.map(\.name)) == Set(Layout.rules(.ipv4, .init(), timeouts: []).map(\.chain.name)))
    }
}
