import IPTables
import Testing

@testable import IPVSDataplane

@Suite("CleanUp of ipvs mode")
struct CleanUpTests {
    /// The output of iptables-save with these jumps, and chains by table.
    private func saved(_ jumps: [String], filter: [String], nat: [String]) -> SavedRules {
        var text = ""
        for (table, chains) in [("filter", filter), ("nat", nat)] {
            text += "*\(table)\n" + chains.map { ":\($0) - [0:0]\n" }.joined()
            text += IPVSChains.jumps.filter { $0.table.rawValue == table }.map { $0.rule + "\n" }.joined()
            text += jumps.joined(separator: "\n") + "\nCOMMIT\n"
        }
        var rules = SavedRules()
        rules.append(text.utf8)
        return rules
    }

    private var everything: SavedRules {
        saved([], filter: IPVSChains.chains(in: .filter), nat: IPVSChains.chains(in: .nat))
    }

    @Test("all chains and jumps are removed")
    func all() {
        let text = String(
            decoding: CleanUp(IPVSConfiguration(), keeping: OwnedRules()).input(everything).bytes, as: UTF8.self)
        for table in [Table.filter, .nat] {
            for chain in IPVSChains.chains(in: table) { #expect(text.contains("-X \(chain)\n")) }
        }
        for jump in IPVSChains.jumps { #expect(text.contains("-D \(jump.rest)\n")) }
    }

    @Test("rules shared with the mode in force stay")
    func shared() {
        let nat: Set<String> = ["KUBE-SERVICES", "KUBE-POSTROUTING"]
        let jumps = IPVSChains.jumps.filter { $0.table == .nat }
        let other = OwnedRules(jumps: jumps, chains: [.nat: nat])
        let text = String(decoding: CleanUp(IPVSConfiguration(), keeping: other).input(everything).bytes, as: UTF8.self)
        #expect(!text.contains("KUBE-SERVICES") && !text.contains("KUBE-POSTROUTING"))
        #expect(text.contains("-X KUBE-LOAD-BALANCER\n") && text.contains("-X KUBE-FORWARD\n"))
    }

    @Test("nothing is removed if the mode never ran, even if another mode's chains have the same names")
    func never() {
        let rules = saved([], filter: ["KUBE-FORWARD"], nat: ["KUBE-SERVICES", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"])
        #expect(CleanUp(IPVSConfiguration(), keeping: OwnedRules()).input(rules).isEmpty)
    }
}
