/// Input for `iptables-restore --noflush`: tables with declarations of chains, rules and removals of chains.
///
/// Declaring a chain creates or empties it. All changes to one table take effect at once, at its `COMMIT`. Each line
/// may have an owner, such as its Service, to name if the line is refused.
package struct RestoreInput<Owner: Hashable & Sendable>: Sendable {
    private var sections: [Section]

    private struct Section: Sendable {
        var table: Table
        var declarations = Lines<Owner>()
        var rules = Lines<Owner>()
        var removals = Lines<Owner>()
        /// The lines in ``rules`` that add to a chain.
        var additions = 0

        var parts: [Lines<Owner>] { [declarations, rules, removals] }
        var isEmpty: Bool { declarations.count + rules.count + removals.count == 0 }
    }

    /// An input that does nothing.
    package init() {
        sections = [Table.mangle, .filter, .nat].map { Section(table: $0) }
    }

    /// Creates a chain, or removes all its rules.
    package mutating func declare(_ chain: String, in table: Table, for owner: Owner? = nil) {
        change(table) { $0.declarations.append(":\(chain) - [0:0]", owner) }
    }

    /// Adds a whole rule, such as `-A KUBE-SERVICES …`.
    package mutating func add(_ rule: String, in table: Table, for owner: Owner? = nil) {
        change(table) {
            $0.rules.append(rule, owner)
            if rule.hasPrefix("-A ") { $0.additions += 1 }
        }
    }

    /// Removes a declared chain, to which no rule may lead any more when the table is committed.
    package mutating func remove(_ chain: String, in table: Table) {
        change(table) { $0.removals.append("-X \(chain)", nil) }
    }

    /// Whether there is nothing to do.
    package var isEmpty: Bool { sections.allSatisfy(\.isEmpty) }

    /// The number of lines in ``bytes``.
    package var lineCount: Int {
        sections.reduce(0) { sum, section in
            section.isEmpty ? sum : sum + section.parts.reduce(2) { $0 + $1.count }
        }
    }

    /// The number of rules that are added to the ends of a table's chains (`-A`).
    package func ruleCount(in table: Table) -> Int {
        sections.reduce(0) { $1.table == table ? $0 + $1.additions : $0 }
    }

    /// The whole text.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            sections.reduce(0) { sum, section in section.parts.reduce(sum + 32) { $0 + $1.bytes.count } })
        for section in sections where !section.isEmpty {
            bytes.append(contentsOf: "*\(section.table.rawValue)\n".utf8)
            for part in section.parts { bytes.append(contentsOf: part.bytes) }
            bytes.append(contentsOf: "COMMIT\n".utf8)
        }
        return bytes
    }

    /// The owner of a line of ``bytes``, counted from 1; `nil` for a line without one.
    package func owner(atLine line: Int) -> Owner? {
        var first = 1
        for section in sections where !section.isEmpty {
            first += 1
            for part in section.parts {
                if line < first + part.count { return line < first ? nil : part.owner(at: line - first) }
                first += part.count
            }
            first += 1
        }
        return nil
    }

    private mutating func change(_ table: Table, _ body: (inout Section) -> Void) {
        for index in sections.indices where sections[index].table == table { body(&sections[index]) }
    }
}

/// Lines of text and their owners.
private struct Lines<Owner: Hashable & Sendable>: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    /// The first line of each owner.
    private var runs: [(first: Int, owner: Owner?)] = []

    mutating func append(_ line: String, _ owner: Owner?) {
        if runs.last?.owner != owner || runs.isEmpty { runs.append((count, owner)) }
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        count += 1
    }

    func owner(at index: Int) -> Owner? { runs.last { $0.first <= index }?.owner }
}
