import IPTables
import InternetAddresses
import ServiceRouting
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

    @Test("packets that conntrack considers invalid can be accepted")
    func invalidPackets() {
        #expect(rules(IPTablesConfiguration(), in: .filter).contains { $0.contains("INVALID") })
        #expect(
            !rules(IPTablesConfiguration(acceptsInvalidPackets: true), in: .filter).contains { $0.contains("INVALID") })
    }

    @Test("node ports are open on all addresses, optionally without loopback")
    func everywhere() {
        #expect(nodePorts(IPTablesConfiguration()) == ["-m addrtype --dst-type LOCAL"])
        let closed = IPTablesConfiguration(localhostNodePorts: false)
        #expect(nodePorts(closed) == ["! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL"])
        #expect(FixedRules(context: .recorded(.ipv4, closed)).localhostFirewall == [])
        #expect(FixedRules(context: .recorded()).localhostFirewall.count == 1)
        #expect(nodePorts(IPTablesConfiguration(), .ipv6) == ["! -d ::1/128 -m addrtype --dst-type LOCAL"])
    }

    @Test("node ports are open on some addresses only")
    func addresses() {
        let open = NodePortAddresses(
            ["172.30.0.2", "127.0.0.1"].compactMap { IPAddress($0) }, openEndedFamilies: [.ipv6])
        #expect(nodePorts(IPTablesConfiguration(), open: open) == ["-d 127.0.0.1/32", "-d 172.30.0.2/32"])
        #expect(nodePorts(IPTablesConfiguration(), .ipv6, open: open) == ["! -d ::1/128 -m addrtype --dst-type LOCAL"])
    }

    private func rules(_ configuration: IPTablesConfiguration, in table: Table) -> [String] {
        FixedRules(context: .recorded(.ipv4, configuration)).rules(in: table)
    }

    /// The rules that lead to the chain of node ports, without their common parts.
    private func nodePorts(
        _ configuration: IPTablesConfiguration, _ family: IPFamily = .ipv4, open: NodePortAddresses = .recorded
    ) -> [String] {
        let context = RuleContext.recorded(family, configuration, nodePorts: open)
        let comment = #/-m comment --comment "[^"]*" ?/#
        return FixedRules(context: context).nodePortJumps.map { rule in
            let inner = rule.replacing(comment, with: "").dropFirst("-A KUBE-SERVICES ".count)
            return String(inner.dropLast(" -j KUBE-NODEPORTS".count))
        }
    }
}
