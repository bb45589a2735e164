import Dataplane
import IPTables
import IPVS
import InternetAddresses
import Testing

@testable import IPVSDataplane

@Suite("Options of ipvs mode")
struct OptionTests {
    @Test("all schedulers of the kernel are read", arguments: Scheduler.knownNames)
    func schedulers(name: String) {
        #expect(Scheduler(option: name)?.name == name)
    }

    @Test("flags belong to sh and mh, and mh considers ports by default")
    func flags() {
        #expect(Scheduler(option: "mh") == Scheduler("mh", flags: .port))
        #expect(Scheduler(option: "mh,mh-fallback") == Scheduler("mh", flags: .fallback))
        #expect(Scheduler(option: "sh") == Scheduler("sh"))
        #expect(Scheduler(option: "sh, sh-fallback, sh-port") == Scheduler("sh", flags: [.fallback, .port]))
        for nonsense in ["", "best", "rr,rr-port", "sh,mh-port", "mh,", "RR"] {
            #expect(Scheduler(option: nonsense) == nil, "\(nonsense)")
        }
    }

    @Test("virtual servers in excluded networks are left alone")
    func excluded() {
        let networks = ["192.0.2.0/24"].compactMap { IPNetwork($0) }
        let configuration = IPVSConfiguration(excludedNetworks: networks)
        #expect(configuration.excludes(server("192.0.2.7")))
        #expect(!configuration.excludes(server("10.96.0.1")))
    }

    @Test("rules recognize foreign traffic as configured")
    func localTraffic() {
        func rule(_ traffic: LocalTraffic, all: Bool = false) -> String {
            let configuration = IPVSConfiguration(
                dataplane: DataplaneConfiguration(localTraffic: traffic), masqueradesAll: all)
            let state = DesiredState.holding([route("web", to: backends("10.244.1.5"))])
            let rules = FixedRules(for: state, in: RuleContext(configuration, family: .ipv4)).rules[.nat] ?? []
            return rules.first { $0.contains("KUBE-CLUSTER-IP") && $0.contains("KUBE-MARK-MASQ") } ?? ""
        }
        #expect(rule(.unknown).contains("--match-set KUBE-CLUSTER-IP src,dst -j"))
        #expect(rule(.unknown, all: true).hasPrefix("-A KUBE-SERVICES -m comment"))
        #expect(rule(.unknown, all: true).contains("--match-set KUBE-CLUSTER-IP dst,dst -j"))
        #expect(rule(.bridge("cni0")).hasPrefix("-A KUBE-SERVICES ! -i cni0 -m comment"))
        #expect(rule(.interfacePrefix("veth")).hasPrefix("-A KUBE-SERVICES ! -i veth+ -m comment"))
    }

    @Test("refusals are dropped on their way out, only if requested")
    func hiddenRefusals() {
        func rules(_ family: IPFamily, hidesRefusals: Bool) -> [String] {
            var context = RuleContext(.recorded, family: family)
            context.hidesRefusals = hidesRefusals
            return FixedRules(for: .holding([]), in: context).rules[.filter] ?? []
        }
        let refusals: [IPFamily: String] = [
            .ipv4: "-A KUBE-IPVS-OUT-FILTER -p icmp -m icmp --icmp-type 3/3 -j DROP",
            .ipv6: "-A KUBE-IPVS-OUT-FILTER -p ipv6-icmp -m icmp6 --icmpv6-type 1/4 -j DROP",
        ]
        for (family, refusal) in refusals {
            #expect(rules(family, hidesRefusals: true).contains(refusal))
            #expect(rules(family, hidesRefusals: false) == rules(family, hidesRefusals: true).filter { $0 != refusal })
        }
    }
}

@Suite("SavedChains")
struct SavedChainsTests {
    private let state = DesiredState.holding([route("web", to: backends("10.244.1.5"))])

    private var rules: FixedRules { FixedRules(for: state, in: RuleContext(.recorded, family: .ipv4)) }

    /// The output of iptables-save with our rules in force among others.
    private func saved(without missing: String? = nil) -> SavedChains {
        var text = ""
        for table in [Table.filter, .nat] {
            text += "*\(table.rawValue)\n:INPUT ACCEPT [1:2]\n"
            for chain in IPVSChains.chains(in: table) { text += ":\(chain) - [0:0]\n" }
            text += "-A INPUT -s 192.0.2.1/32 -j ACCEPT\n"
            for jump in IPVSChains.jumps where jump.table == table { text += "\(jump.rule)\n" }
            for rule in rules.rules[table] ?? [] { text += "\(rule)\n" }
            text += "COMMIT\n"
        }
        if let missing { text = text.replacing("\(missing)\n", with: "") }
        var chains = SavedChains()
        // As it comes from a pipe.
        for start in stride(from: 0, to: text.utf8.count, by: 100) {
            chains.append(Array(text.utf8.dropFirst(start).prefix(100)))
        }
        return chains
    }

    @Test("nothing is written if the rules are in force")
    func inForce() {
        #expect(saved().input(for: rules).isEmpty)
    }

    @Test("a table with a missing rule is written as a whole, the other one not at all")
    func missingRule() throws {
        let rule = try #require(rules.rules[.nat]?.last)
        let text = String(decoding: saved(without: rule).input(for: rules).bytes, as: UTF8.self)
        #expect(text.hasPrefix("*nat\n:KUBE-LOAD-BALANCER - [0:0]\n"))
        #expect(text.contains("\n\(rule)\n"))
        #expect(!text.contains("*filter") && !text.contains("-I "))
    }

    @Test("a missing jump is inserted at the top of its chain, and nothing else is written")
    func missingJump() throws {
        let jump = try #require(IPVSChains.jumps.first)
        let text = String(decoding: saved(without: jump.rule).input(for: rules).bytes, as: UTF8.self)
        #expect(text == "*nat\n-I \(jump.rest)\nCOMMIT\n")
    }
}
