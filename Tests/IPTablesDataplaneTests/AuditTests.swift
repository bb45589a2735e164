import Dataplane
import IPTables
import InternetAddresses
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPTablesDataplane

/// kube-proxy's rules, read back and compared with the objects.
@Suite("Audit")
struct AuditTests {
    private func comparison(
        _ name: String, _ family: IPFamily, without line: String? = nil
    ) throws -> (discrepancies: [FrontendDiscrepancy], damage: [KernelAudit.Damage]) {
        let scenario = try RecordedScenario(name)
        var rules = SavedRules(keepingAllRules: true)
        var text = try scenario.text(family)
        if let line {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let index = try #require(lines.firstIndex { $0.contains(line) })
            text = (lines[..<index] + lines[(index + 1)...]).joined(separator: "\n")
        }
        rules.append(Array(text.utf8))
        let snapshot = RoutingSnapshot(
            routes: scenario.routes.filter { $0.key.family == family }, nodePorts: .recorded)
        let found = RuleInspection(rules, family).frontends
        let comparison = RuleComparison(rules, snapshot, AuditScope(), family, .recorded, randomFully: true)
        return (FrontendDiscrepancy.all(found, against: snapshot), comparison.damage)
    }

    @Test(
        "kube-proxy's rules of every recorded cluster match the objects",
        arguments: RecordedScenario.names, IPFamily.allCases)
    func recorded(name: String, family: IPFamily) throws {
        let (discrepancies, damage) = try comparison(name, family)
        #expect(discrepancies == [], "\(name)")
        #expect(damage == [], "\(name)")
    }

    @Test(
        "each deleted rule is detected",
        arguments: [
            ("01-clusterip", "-A KUBE-SERVICES -d 10.96.148.206/32"), ("01-clusterip", "-j DNAT"),
            ("01-clusterip", "-j KUBE-SEP-"),
            ("01-clusterip", "-A KUBE-POSTROUTING -m comment"), ("01-clusterip", "-A PREROUTING"),
            ("01-clusterip", "-j KUBE-MARK-MASQ"),
            ("02-nodeport", "-A KUBE-NODEPORTS"), ("05-no-endpoints", "-j REJECT"), ("08-source-ranges", "-A KUBE-FW-"),
        ])
    func deleted(name: String, line: String) throws {
        let (discrepancies, damage) = try comparison(name, .ipv4, without: line)
        #expect(!discrepancies.isEmpty || !damage.isEmpty, "\(line)")
    }
}
