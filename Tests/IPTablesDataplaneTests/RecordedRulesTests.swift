import IPTables
import InternetAddresses
import ServiceRouting
import Testing

@testable import IPTablesDataplane

@Suite("The rules of recorded clusters")
struct RecordedRulesTests {
    @Test("all clusters were found")
    func count() {
        #expect(RecordedScenario.names.count == 20)
    }

    @Test("rule for rule what kube-proxy programs", arguments: RecordedScenario.names, IPFamily.allCases)
    func rules(name: String, family: IPFamily) throws {
        let scenario = try RecordedScenario(name)
        var table = RuleTable(context: .recorded(family))
        table.replace(scenario.routes, context: .recorded(family))
        var sync = FullSync(table, existing: SavedRules())
        var text = ""
        while let input = sync.next() {
            text += String(decoding: input.bytes, as: UTF8.self)
            sync.advance()
        }
        let written = RuleListing(text)
        let difference = try scenario.recorded(family).difference(to: written)
        #expect(difference == [])
    }
}
