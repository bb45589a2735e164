import IPTables
import InternetAddresses
import Testing

@testable import IPTablesDataplane

@Suite("FixedRules")
struct FixedRulesTests {
    @Test("the mask of the mark follows the masquerade bit")
    func masqueradeBit() {
        let rules = rules(IPTablesConfiguration(masqueradeBit: 3), in: .nat)
        #expect(rules.contains("-A KUBE-MARK-MASQ -j MARK --set-xmark 0x8/0x8"))
        #expect(rules.contains("-A KUBE-POSTROUTING -m mark ! --mark 0x8/0x8 -j RETURN"))
    }

    @Test("packets that conntrack cannot place may be let through")
    func invalidPackets() {
        #expect(rules(IPTablesConfiguration(), in: .filter).contains { $0.contains("INVALID") })
        #expect(
            !rules(IPTablesConfiguration(acceptsInvalidPackets: true), in: .filter).contains { $0.contains("INVALID") })
    }

    @Test("node ports are open on all addresses, of which loopback can be left out")
    func everywhere() {
        #expect(nodePorts(IPTablesConfiguration()) == ["-m addrtype --dst-type LOCAL"])
        let closed = IPTablesConfiguration(localhostNodePorts: false)
        #expect(nodePorts(closed) == ["! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL"])
        #expect(!rules(closed, in: .filter).contains { $0.contains("block incoming localnet") })
        #expect(nodePorts(IPTablesConfiguration(), .ipv6) == ["! -d ::1/128 -m addrtype --dst-type LOCAL"])
    }

    @Test("node ports are open on the addresses of some networks")
    func networks() {
        let networks = ["172.30.0.0/24", "127.0.0.0/8"].compactMap { IPNetwork($0) }
        let configuration = IPTablesConfiguration(nodePortAddresses: .networks(networks))
        #expect(nodePorts(configuration) == ["-d 127.0.0.1/32", "-d 172.30.0.2/32"])
        // No network of this family: all addresses.
        #expect(nodePorts(configuration, .ipv6) == ["! -d ::1/128 -m addrtype --dst-type LOCAL"])
        let outer = networks.filter { !$0.address.isLoopback }
        #expect(nodePorts(IPTablesConfiguration(nodePortAddresses: .networks(outer))) == ["-d 172.30.0.2/32"])
    }

    @Test("node ports are open on the node's own addresses")
    func primary() {
        let configuration = IPTablesConfiguration(nodePortAddresses: .primary)
        #expect(nodePorts(configuration) == ["-d 172.30.0.2/32"])
        #expect(nodePorts(configuration, .ipv6) == ["-d fd00:172:30::2/128"])
    }

    private func rules(_ configuration: IPTablesConfiguration, in table: Table) -> [String] {
        FixedRules(context: .recorded(.ipv4, configuration)).rules(in: table)
    }

    /// What leads to the chain of node ports, without what all have in common.
    private func nodePorts(_ configuration: IPTablesConfiguration, _ family: IPFamily = .ipv4) -> [String] {
        let interfaces = ["127.0.0.1", "::1", "172.30.0.2", "fd00:172:30::2", "10.0.2.15"].compactMap { IPAddress($0) }
        let context = RuleContext.recorded(family, configuration, interfaces: interfaces)
        let comment = #/-m comment --comment "[^"]*" ?/#
        return FixedRules(context: context).nodePortJumps.map { rule in
            let inner = rule.replacing(comment, with: "").dropFirst("-A KUBE-SERVICES ".count)
            return String(inner.dropLast(" -j KUBE-NODEPORTS".count))
        }
    }
}
