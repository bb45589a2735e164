/// What `iptables-save` prints: all chains, and the rules of those chains that are not Kubernetes'.
///
/// Text comes in pieces of any size. The rules of Services, which are many, are counted but not kept.
package struct SavedRules: Sendable {
    private var chains: [Table: Set<String>] = [:]
    private var rules: [Table: [String]] = [:]
    /// The number of all rules, kept or not.
    package private(set) var ruleCount = 0
    private var table: Table?
    private var rest: [UInt8] = []

    /// No rules.
    package init() {}

    /// Reads the next piece of the output.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        rest.append(contentsOf: bytes)
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            read(rest[start..<end])
            start = end + 1
        }
        rest.removeFirst(start)
    }

    /// Adds chains that were found elsewhere than in the output.
    package mutating func insert(_ chains: some Sequence<String>, in table: Table) {
        self.chains[table, default: []].formUnion(chains)
    }

    /// The names of all chains of a table.
    package func chains(in table: Table) -> Set<String> { chains[table] ?? [] }

    /// The rules in chains of a table whose names do not begin with `KUBE-`, as whole lines.
    package func foreignRules(in table: Table) -> [String] { rules[table] ?? [] }

    /// Whether a chain that is not Kubernetes' holds the rule, written as a whole line.
    package func contains(_ rule: String, in table: Table) -> Bool { foreignRules(in: table).contains(rule) }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        switch line.first {
        case UInt8(ascii: "*"):
            table = Table(rawValue: String(decoding: line.dropFirst(), as: UTF8.self))
        case UInt8(ascii: ":"):
            guard let table else { return }
            let name = line.dropFirst().prefix { $0 != UInt8(ascii: " ") }
            chains[table, default: []].insert(String(decoding: name, as: UTF8.self))
        case UInt8(ascii: "-"):
            ruleCount += 1
            guard let table, !line.dropFirst(3).starts(with: "KUBE-".utf8) else { return }
            rules[table, default: []].append(String(decoding: line, as: UTF8.self))
        default: break
        }
    }
}
