/// What `iptables-save` prints, as far as it matters: all chains, and the rules in chains that are not Kubernetes'.
///
/// Text comes in pieces of any size; the rules of Services, which are many, are not kept.
struct SavedRules: Sendable {
    private var chains: [Table: Set<String>] = [:]
    private var rules: [Table: [String]] = [:]
    /// How many rules there are in all, kept or not.
    private(set) var ruleCount = 0
    private var table: Table?
    private var rest: [UInt8] = []

    /// Takes in the next piece of the output.
    mutating func append(_ bytes: some Collection<UInt8>) {
        rest.append(contentsOf: bytes)
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            read(rest[start..<end])
            start = end + 1
        }
        rest.removeFirst(start)
    }

    /// Adds chains that were found elsewhere than in the output.
    mutating func insert(_ chains: some Sequence<String>, in table: Table) {
        self.chains[table, default: []].formUnion(chains)
    }

    func chains(in table: Table) -> Set<String> { chains[table] ?? [] }

    /// The rules of a table that are in chains without `KUBE-` in front, as whole lines.
    func foreignRules(in table: Table) -> [String] { rules[table] ?? [] }

    func contains(_ rule: String, in table: Table) -> Bool { foreignRules(in: table).contains(rule) }

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
