import Diagnosis
import InternetAddresses

/// The rules of iptables' legacy back end as its program prints them, by their places.
struct LegacyTexts {
    private let program: String
    /// The lines of each chain, by `table chain`.
    private var chains: [String: [String]] = [:]

    init(_ family: IPFamily) {
        program = family == .ipv4 ? "iptables-legacy" : "ip6tables-legacy"
    }

    /// The step with its rule. Blocks while the program runs.
    mutating func step(_ step: LegacyStep) -> PacketTrace.Step {
        let lines = lines(step)
        var rule = "\(step.kind.rawValue) \(step.number)"
        var verdict = step.kind == .return ? "return" : "continue"
        switch step.kind {
        case .rule, .return:
            let rules = lines.filter { $0.hasPrefix("-A ") }
            if step.number > 0, step.number <= rules.count {
                rule = String(rules[step.number - 1].dropFirst("-A \(step.chain) ".count))
                if step.kind == .rule { verdict = Self.verdict(rule) }
            } else if step.kind == .return {
                rule = "end of chain"
            }
        case .policy:
            rule = "policy"
            let policy = lines.first { $0.hasPrefix("-P ") }?.split(separator: " ").last
            verdict = policy?.lowercased() ?? "accept"
        }
        return PacketTrace.Step(
            table: "\(program) \(step.table)", chain: step.chain, rule: rule, verdict: verdict)
    }

    private mutating func lines(_ step: LegacyStep) -> [String] {
        let key = "\(step.table) \(step.chain)"
        if let known = chains[key] { return known }
        let text = PrintedText.ifAny([program, "-w", "5", "-t", step.table, "-S", step.chain]) ?? ""
        let lines = text.split(separator: "\n").map(String.init)
        chains[key] = lines
        return lines
    }

    /// What a rule does with a packet that it matches.
    static func verdict(_ rule: String) -> String {
        let words = rule.split(separator: " ")
        guard let index = words.lastIndex(where: { $0 == "-j" || $0 == "-g" }), index + 1 < words.count else {
            return "continue"
        }
        let target = String(words[index + 1])
        if words[index] == "-g" { return "goto \(target)" }
        switch target {
        case "ACCEPT", "DROP", "REJECT", "RETURN": return target.lowercased()
        default: return IPTablesReading.isBuiltIn(target) ? target : "jump \(target)"
        }
    }
}
