import ServiceRouting

/// What `iptables-restore --noflush` reads: tables with declarations of chains, rules and removals of chains.
///
/// Declaring a chain makes it, or empties it. Everything of one table takes effect at its `COMMIT`, at once.
struct RestoreInput: Sendable {
    private var sections: [Section]

    private struct Section: Sendable {
        var table: Table
        var declarations = Lines()
        var rules = Lines()
        var removals = Lines()

        var parts: [Lines] { [declarations, rules, removals] }
        var isEmpty: Bool { declarations.count + rules.count + removals.count == 0 }
    }

    init() {
        sections = [Table.mangle, .filter, .nat].map { Section(table: $0) }
    }

    /// Makes a chain, or removes all rules of one.
    mutating func declare(_ chain: String, in table: Table, for route: RouteKey? = nil) {
        change(table) { $0.declarations.append(":\(chain) - [0:0]", route) }
    }

    /// Adds a whole rule, such as `-A KUBE-SERVICES …`.
    mutating func add(_ rule: String, in table: Table, for route: RouteKey? = nil) {
        change(table) { $0.rules.append(rule, route) }
    }

    /// Removes a declared chain, to which no rule leads any more when the table is committed.
    mutating func remove(_ chain: String, in table: Table) {
        change(table) { $0.removals.append("-X \(chain)", nil) }
    }

    /// Whether there is nothing to do.
    var isEmpty: Bool { sections.allSatisfy(\.isEmpty) }

    /// How many lines ``bytes`` has.
    var lineCount: Int {
        sections.reduce(0) { sum, section in
            section.isEmpty ? sum : sum + section.parts.reduce(2) { $0 + $1.count }
        }
    }

    /// The whole text.
    var bytes: [UInt8] {
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

    /// The route that a line of ``bytes`` belongs to, counted from 1; `nil` for a line that belongs to none.
    func route(atLine line: Int) -> RouteKey? {
        var first = 1
        for section in sections where !section.isEmpty {
            first += 1
            for part in section.parts {
                if line < first + part.count { return line < first ? nil : part.route(at: line - first) }
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

/// Lines of text, and to which routes they belong.
struct Lines: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    /// Where the lines of each route begin.
    private var runs: [(first: Int, route: RouteKey?)] = []

    mutating func append(_ line: String, _ route: RouteKey?) {
        if runs.last?.route != route || runs.isEmpty { runs.append((count, route)) }
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        count += 1
    }

    func route(at index: Int) -> RouteKey? { runs.last { $0.first <= index }?.route }
}
