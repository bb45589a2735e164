import IPTables
import InternetAddresses
import ServiceRouting
import Testing

@testable import IPTablesDataplane

@Suite("FullSync")
struct FullSyncTests {
    @Test("stages are bounded, and no rule leads to a chain that does not exist yet", arguments: [1, 40, Int.max])
    func stages(size: Int) {
        var sync = sync(routes: 20, stageSize: size)
        var known: Set<String> = []
        var longest = 0
        while let input = sync.next() {
            let lines = lines(of: input)
            longest = max(longest, lines.count)
            known.formUnion(lines.filter { $0.hasPrefix(":") }.map { String($0.dropFirst().prefix { $0 != " " }) })
            let targets = lines.compactMap { $0.split(separator: " -j ").dropFirst().first }
            for target in targets where target.hasPrefix("KUBE-") { #expect(known.contains(String(target))) }
            sync.advance()
        }
        #expect(known.filter { $0.hasPrefix("KUBE-SVC-") }.count == 20)
        if size == 40 { #expect(longest < 80) }
    }

    @Test("unwanted chains are removed last")
    func stale() {
        var existing = SavedRules()
        existing.insert(["KUBE-SEP-OLD", "KUBE-SERVICES", "MINE"], in: .nat)
        var sync = sync(routes: 2, existing: existing)
        var inputs: [[Substring]] = []
        while let input = sync.next() {
            inputs.append(lines(of: input))
            sync.advance()
        }
        #expect(inputs.last?.filter { $0.hasPrefix("-X") } == ["-X KUBE-SEP-OLD"])
        #expect(!inputs.dropLast().joined().contains { $0.hasPrefix("-X") })
    }

    @Test("the route for which a whole table was refused is found", arguments: [0, 7, 18, 19])
    func halving(bad: Int) {
        let culprit = RouteKey("service-\(bad)")
        let chain = ChainName.cluster(culprit.name)
        var sync = sync(routes: 20)
        var remedies: [FullSync.Remedy] = []
        while let input = sync.next(), remedies.count < 100 {
            let lines = lines(of: input)
            if lines.contains(where: { $0.contains(chain) }) {
                // As the legacy back end reports it: the line of the COMMIT.
                remedies.append(sync.remedy(refusedAt: lines.count, of: input))
            } else {
                sync.advance()
            }
        }
        #expect(remedies.filter { $0 != .smaller } == [.withoutRoute(culprit)])
        #expect(sync.table.routes.count == 19)
    }

    @Test("a refusal unrelated to a route has no remedy")
    func foundation() throws {
        var sync = sync(routes: 2)
        let first = sync.next()
        let remedy = sync.remedy(refusedAt: 3, of: try #require(first))
        #expect(remedy == .none)
    }

    private func sync(
        routes: Int, existing: SavedRules = SavedRules(), stageSize: Int = .max
    ) -> FullSync {
        var table = RuleTable(context: .recorded())
        table.replace((0..<routes).map { ServicePortRoute($0, endpoints: 3) }, context: .recorded())
        return FullSync(table, existing: existing, stageSize: stageSize)
    }

    private func lines(of input: RestoreInput<RouteKey>) -> [Substring] {
        String(decoding: input.bytes, as: UTF8.self).split(separator: "\n")
    }
}
