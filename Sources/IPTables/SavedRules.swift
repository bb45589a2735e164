/// The contents of one IP family's tables: a digest of each chain, and the rules of chains that are not Kubernetes'.
///
/// The many rules of Services are not kept. Reads the output of `iptables-save` in pieces of any size.
package struct SavedRules: Sendable {
    private var chains: [Table: [String: ChainDigest]] = [:]
    private var rules: [Table: [String]] = [:]
    /// The number of all rules, kept or not.
    package private(set) var ruleCount = 0
    private var table: Table?
    private var rest: [UInt8] = []
    /// The chain of the last rules; rules of one chain are consecutive.
    private var current = ""
    private var keepsCurrent = false
    private var digest = ChainDigest()
    /// Which of Kubernetes' chains have their rules kept too.
    private let kept: Kept

    /// Of which of Kubernetes' chains the rules are kept.
    package enum Kept: Sendable, Hashable {
        /// None: there may be hundreds of thousands of rules.
        case none
        case all
        /// Those with these names, in any table.
        case chains(Set<String>)

        fileprivate func contains(_ chain: String) -> Bool {
            switch self {
            case .none: false
            case .all: true
            case .chains(let names): names.contains(chain)
            }
        }
    }

    /// No rules. `keepingAllRules` keeps those of Kubernetes' chains too, which may be hundreds of thousands.
    package init(keepingAllRules: Bool = false) { self.init(keeping: keepingAllRules ? .all : .none) }

    /// No rules; those of some of Kubernetes' chains are kept.
    package init(keeping kept: Kept) { self.kept = kept }

    /// Reads the next piece of the output of `iptables-save`. An incomplete line is read once its `\n` arrives.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        rest.append(contentsOf: bytes)
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            read(rest[start..<end])
            start = end + 1
        }
        rest.removeFirst(start)
    }

    /// Adds chains without rules.
    package mutating func insert(_ names: some Sequence<String>, in table: Table) {
        for name in names where chains[table]?[name] == nil { chains[table, default: [:]][name] = ChainDigest() }
    }

    /// Adds a rule at the end of a chain: `line` as `iptables-save` prints it, or `nil` for one that cannot be
    /// compared. Rules of one chain must be consecutive; ``finish()`` ends them.
    mutating func append(_ line: UnsafeRawBufferPointer?, chain: String, in table: Table) {
        if chain != current || table != self.table {
            finish()
            current = chain
            keepsCurrent = !chain.hasPrefix("KUBE-") || kept.contains(chain)
            self.table = table
        }
        ruleCount += 1
        guard let line else { return digest.appendUnknown() }
        digest.append(line)
        if keepsCurrent {
            rules[table, default: []].append(String(decoding: line, as: UTF8.self))
        }
    }

    /// Completes the rules of the last chain.
    mutating func finish() {
        if let table, digest.count > 0 { chains[table, default: [:]][current] = digest }
        current = ""
        digest = ChainDigest()
    }

    /// The names of all chains of a table.
    package func chains(in table: Table) -> Set<String> { Set((chains[table] ?? [:]).keys) }

    /// The digest of a chain; `nil` if there is no such chain.
    package func digest(of chain: String, in table: Table) -> ChainDigest? { chains[table]?[chain] }

    /// The kept rules, as whole lines: those in chains whose names do not begin with `KUBE-`, or all.
    package func rules(in table: Table) -> [String] { rules[table] ?? [] }

    /// Whether a chain that is not Kubernetes' holds the rule, written as a whole line.
    package func contains(_ rule: String, in table: Table) -> Bool { rules(in: table).contains(rule) }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        switch line.first {
        case UInt8(ascii: "*"):
            finish()
            table = Table(rawValue: String(decoding: line.dropFirst(), as: UTF8.self))
        case UInt8(ascii: ":"):
            guard let table else { return }
            let name = line.dropFirst().prefix { $0 != UInt8(ascii: " ") }
            insert([String(decoding: name, as: UTF8.self)], in: table)
        case UInt8(ascii: "-"):
            guard let table else { return ruleCount += 1 }
            let words = line.dropFirst(3)
            let length = words.prefix { $0 != UInt8(ascii: " ") }.count
            let isCurrent = current.utf8.count == length && words.starts(with: current.utf8)
            let chain = isCurrent ? current : String(decoding: words.prefix(length), as: UTF8.self)
            line.withUnsafeBytes { append($0, chain: chain, in: table) }
        case UInt8(ascii: "C"): finish()
        default: break
        }
    }
}
