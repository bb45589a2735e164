/// Rules by table and chain, from the output of `iptables-save` or the input of `iptables-restore`, without counters.
struct RuleListing: Equatable {
    /// Chain by `table chain`; built-in chains without rules are left out.
    private(set) var chains: [String: [String]] = [:]

    init(_ text: String) {
        var table: Substring = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            switch line.first {
            case "*": table = line.dropFirst()
            case ":": chains["\(table) \(words[0].dropFirst())"] = []
            case "-" where words[0] == "-A": chains["\(table) \(words[1])", default: []].append(String(words[2]))
            case "-" where words[0] == "-I": chains["\(table) \(words[1])", default: []].insert(String(words[2]), at: 0)
            case "-" where words[0] == "-X": chains["\(table) \(words[1])"] = nil
            default: break
            }
        }
        for (name, rules) in chains {
            if rules.isEmpty, !name.contains("KUBE-") { chains[name] = nil }
            if Self.shared.contains(name) { chains[name] = Self.sorted(rules) }
        }
    }

    /// Chains in which the order of Services is irrelevant.
    private static let shared: Set = [
        "nat KUBE-SERVICES", "nat KUBE-NODEPORTS", "filter KUBE-SERVICES", "filter KUBE-EXTERNAL-SERVICES",
        "filter KUBE-NODEPORTS", "filter KUBE-PROXY-FIREWALL",
    ]

    /// The rules of Services sorted by their text after `-d`; rules that must be last stay last.
    private static func sorted(_ rules: [String]) -> [String] {
        let last = rules.drop { !$0.contains("this must be the last rule") }
        return rules.dropLast(last.count).sorted() + last
    }

    /// The differences, one line each: `+` for what only `other` has.
    func difference(to other: RuleListing) -> [String] {
        Set(chains.keys).union(other.chains.keys).sorted().flatMap { name -> [String] in
            guard chains[name] != other.chains[name] else { return [] }
            return ["--- \(name)"] + (chains[name] ?? ["(no chain)"]) + ["+++ \(name)"]
                + (other.chains[name] ?? ["(no chain)"])
        }
    }
}
