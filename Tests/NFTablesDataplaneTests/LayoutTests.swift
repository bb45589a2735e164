import Dataplane
import InternetAddresses
import NFTables
import Testing

@testable import NFTablesDataplane

@Suite struct LayoutTests {
    private func text(
        _ family: IPFamily, _ configuration: DataplaneConfiguration, _ serviceNetworks: [IPNetwork] = []
    ) -> [String] {
        Layout.rules(LayoutContext(family, configuration, serviceNetworks: serviceNetworks)).flatMap { chain, rules in
            rules.map { "\(chain.name): \($0.nftText(family))" }
        }
    }

    @Test("the rules of IPv4, with pods unknown")
    func ipv4() {
        let lookUp = "meta priority set ip daddr . meta l4proto . th dport map"
        #expect(
            text(.ipv4, DataplaneConfiguration()) == [
                "refuse: meta l4proto tcp reject with tcp reset",
                "refuse: reject",
                "remembered: dnat ip to ip daddr . meta l4proto . th dport . meta priority map @endpoints",
                "outsiders: meta mark set meta mark | 0x00004000",
                "inside-clients: \(lookUp) @inside meta priority vmap @dispatch",
                "split: fib saddr type local goto inside-clients",
                "split: \(lookUp) @outside meta priority vmap @dispatch",
                "split/guarded: ip daddr . meta l4proto . th dport . ip saddr != @allowed-sources drop",
                "split/guarded: goto split",
                "unserved: ip daddr @cluster-ips goto refuse",
                "source-nat: meta priority set none",
                "source-nat: ip saddr . ip daddr @hairpin meta mark set meta mark & 0xffff3fff masquerade fully-random",
                "source-nat: meta mark & 0x00004000 == 0x00000000 meta mark set meta mark & 0xffff3fff return",
                "source-nat: meta mark set meta mark & 0xffff3fff masquerade fully-random",
                "prerouting: \(lookUp) @services meta priority vmap @dispatch",
                "prerouting: meta priority 5d00:2 goto split",
                "prerouting: meta priority 5d10:2 goto split/guarded",
                "prerouting: goto unserved",
                "output: \(lookUp) @services meta priority vmap @dispatch",
                "output: meta priority 5d00:2 goto split",
                "output: meta priority 5d10:2 goto split/guarded",
                "output: goto unserved",
                "postrouting: meta mark & 0x0000c000 != 0x00000000 goto source-nat",
            ])
    }

    @Test("the rules of IPv6 are the same with its fields")
    func ipv6() {
        let ipv4 = text(.ipv4, .lab)
        #expect(
            text(.ipv6, .lab)
                == ipv4.map {
                    $0.replacing("ip daddr", with: "ip6 daddr").replacing("ip saddr", with: "ip6 saddr")
                        .replacing("dnat ip to", with: "dnat ip6 to")
                        .replacing("10.244.0.0/16", with: "fd00:10:244::/48")
                })
    }

    @Test("with pod networks, clients outside of them are distinguished")
    func podNetwork() {
        let traffic = LocalTraffic.networks(networks("10.244.0.0/16", "10.246.0.0/16"))
        let rules = text(.ipv4, DataplaneConfiguration(localTraffic: traffic)).filter { $0.contains("10.24") }
        #expect(
            rules == [
                "outsiders: ip saddr 10.244.0.0/16 return", "outsiders: ip saddr 10.246.0.0/16 return",
                "split: ip saddr 10.244.0.0/16 goto inside-clients",
                "split: ip saddr 10.246.0.0/16 goto inside-clients",
            ])
        // A network of one family says nothing about the other.
        #expect(
            !text(.ipv6, DataplaneConfiguration(localTraffic: traffic)).contains { $0.contains("inside-clients: ip") })
    }

    @Test("if pods are recognised by bridge or interface, that is decided where packets come in")
    func podInterfaces() {
        for (traffic, name) in [(LocalTraffic.bridge("cni0"), "cni0"), (.interfacePrefix("veth"), "veth*")] {
            let rules = text(.ipv4, DataplaneConfiguration(localTraffic: traffic)).filter { $0.contains("iifname") }
            #expect(
                rules == ["outsiders: iifname \"\(name)\" return", "split: iifname \"\(name)\" goto inside-clients"])
        }
    }

    @Test("unused addresses of the service network are refused")
    func serviceNetworks() {
        let rules = text(.ipv4, .lab, networks("10.96.0.0/12", "10.97.0.0/16", "fd00:10:96::/112"))
        #expect(
            rules.filter { $0.hasPrefix("unserved") } == [
                "unserved: ip daddr @cluster-ips goto refuse", "unserved: ip daddr 10.96.0.0/12 goto refuse",
            ])
    }

    @Test("the two bits of the mark are always different")
    func marks() {
        for bit in UInt32(0)..<32 {
            let context = LayoutContext(.ipv4, DataplaneConfiguration(masqueradeMark: 1 << bit))
            #expect(context.masquerade != context.hairpin)
        }
    }

    @Test("all sets and all chains have unique names")
    func names() {
        let chains = Layout.rules(LayoutContext(.ipv4, .lab)).map(\.chain.name)
        #expect(Set(Layout.sets.map(\.name)).count == Layout.sets.count)
        #expect(Set(chains).count == chains.count)
    }
}
