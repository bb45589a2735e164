import IPTables
import InternetAddresses
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPTablesDataplane

@Suite("The rules of recorded clusters")
struct RecordedRulesTests {
    @Test("all clusters are found")
    func count() {
        #expect(RecordedScenario.names.count == 20)
    }

    @Test("exactly the rules that kube-proxy programs", arguments: RecordedScenario.names, IPFamily.allCases)
    func rules(name: String, family: IPFamily) throws {
        let scenario = try RecordedScenario(name)
        let written = RuleListing(Self.write(scenario, family).text)
        let difference = try scenario.recorded(family).difference(to: written)
        #expect(difference == [])
    }

    @Test("all rules in our chains are counted, by table", arguments: RecordedScenario.names, IPFamily.allCases)
    func counts(name: String, family: IPFamily) throws {
        let scenario = try RecordedScenario(name)
        let (table, text, written) = Self.write(scenario, family)
        var expected = RuleCounts()
        var section = Table.nat
        for line in text.split(separator: "\n") {
            if line.hasPrefix("*") { section = try #require(Table(rawValue: String(line.dropFirst()))) }
            if line.hasPrefix("-A KUBE-") { expected[section] += 1 }
        }
        #expect(table.ruleCounts == expected)
        #expect(written == expected)

        // The same, one route after another.
        var grown = RuleTable(context: .recorded(family))
        for route in scenario.routes where route.key.family == family {
            grown.commit(grown.edits([RoutingChange.Entry(key: route.key, old: nil, new: route)]))
        }
        #expect(grown.ruleCounts == expected)
        for route in scenario.routes where route.key.family == family {
            grown.commit(grown.edits([RoutingChange.Entry(key: route.key, old: route, new: nil)]))
        }
        #expect(grown.ruleCounts == RuleTable(context: .recorded(family)).ruleCounts)
    }

    @Test("without Services there are as many rules as kube-proxy counts", arguments: [(IPFamily.ipv4, 4), (.ipv6, 3)])
    func countsOfNothing(family: IPFamily, filter: Int) {
        #expect(RuleTable(context: .recorded(family)).ruleCounts == RuleCounts(filter: filter, nat: 5))
    }

    /// Writes all rules of a cluster where there are none.
    private static func write(
        _ scenario: RecordedScenario, _ family: IPFamily
    ) -> (table: RuleTable, text: String, counts: RuleCounts) {
        var table = RuleTable(context: .recorded(family))
        table.replace(scenario.routes, context: .recorded(family))
        var sync = FullSync(table, existing: SavedRules())
        var text = ""
        var counts = RuleCounts()
        while let input = sync.next() {
            text += String(decoding: input.bytes, as: UTF8.self)
            counts = counts + RuleCounts(input)
            sync.advance()
        }
        return (sync.table, text, counts)
    }
}
