import Dataplane
import IPTables
import InternetAddresses

/// Writes the fixed rules through `iptables-restore`. Blocks while programs run.
struct RuleWriter {
    let programs: IPTablesPrograms
    private let randomFully: Bool
    /// The rules last written, by family.
    private var written: [IPFamily: FixedRules] = [:]
    /// Why the rules of a family cannot be written.
    private(set) var absent: [IPFamily: String] = [:]
    private var areFamiliesKnown = false
    /// Whether the rules let no "port unreachable" leave this node.
    var hidesRefusals = false

    /// Chooses the programs that the rest of the node uses.
    init() throws(DataplaneError) {
        let programs = try DataplaneError.wrapping { () throws(IPTablesError) in try IPTablesPrograms.chosen() }
        let version = try DataplaneError.wrapping { () throws(IPTablesError) in try programs.version() }
        self.programs = programs
        randomFully = version.map { !$0.lexicographicallyPrecedes([1, 6, 2]) } ?? true
    }

    /// The families whose rules can be written.
    var families: [IPFamily] { IPFamily.allCases.filter { absent[$0] == nil } }

    /// Finds the families that the kernel and the programs support; at least one is needed. A family once found stays:
    /// a module may be loaded later, but is not unloaded while rules need it.
    mutating func findFamilies() throws(DataplaneError) {
        guard !areFamiliesKnown || !absent.isEmpty else { return }
        absent = [:]
        for family in IPFamily.allCases {
            do throws(IPTablesError) {
                try programs.save(.nat, family: family) { _ in }
            } catch {
                // Any other failure is inconclusive: try again.
                guard error.isAbsence else { throw DataplaneError(error) }
                absent[family] = error.message
            }
        }
        guard !families.isEmpty else {
            throw DataplaneError(.unsupported, Set(absent.values).sorted().joined(separator: "; "))
        }
        areFamiliesKnown = true
    }

    /// Whether there are chains of single Services, which iptables mode programs.
    func findServicesOfIPTablesMode() throws(DataplaneError) -> Bool {
        for family in families {
            let chains = try DataplaneError.wrapping { () throws(IPTablesError) in
                try programs.save(.nat, family: family).chains(in: .nat)
            }
            if chains.contains(where: { $0.hasPrefix("KUBE-SVC-") || $0.hasPrefix("KUBE-SEP-") }) { return true }
        }
        return false
    }

    /// Writes the rules that `state` needs if they differ from those last written.
    mutating func follow(
        _ state: DesiredState, _ configuration: IPVSConfiguration, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        for family in families {
            let rules = rules(for: state, configuration, family)
            if written[family] != rules { _ = try write(rules, family, &report) }
        }
    }

    /// Compares with the kernel's rules, and writes the tables that differ. Returns what was wrong.
    mutating func mend(
        _ state: DesiredState, _ configuration: IPVSConfiguration, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> [String] {
        var damage: [String] = []
        for family in families {
            if try write(rules(for: state, configuration, family), family, &report) {
                damage.append("rules of \(family == .ipv4 ? "iptables" : "ip6tables")")
            }
        }
        return damage
    }

    private func rules(
        for state: DesiredState, _ configuration: IPVSConfiguration, _ family: IPFamily
    ) -> FixedRules {
        var context = RuleContext(configuration, family: family, randomFully: randomFully)
        context.hidesRefusals = hidesRefusals
        return FixedRules(for: state, in: context)
    }

    private mutating func write(
        _ rules: FixedRules, _ family: IPFamily, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> Bool {
        written[family] = nil
        let programs = programs
        var saved = SavedChains()
        try DataplaneError.wrapping { () throws(IPTablesError) in
            try programs.save(family: family) { saved.append($0) }
        }
        let input = saved.input(for: rules)
        if !input.isEmpty {
            let bytes = input.bytes
            try DataplaneError.wrapping { () throws(IPTablesError) in try programs.restore(bytes, family: family) }
            report.messages += input.lineCount
            report.bytes += bytes.count
        }
        written[family] = rules
        return !input.isEmpty
    }
}
