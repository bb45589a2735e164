/// A few bytes that identify the contents of a chain, for comparison with another.
///
/// Valid only within one process, because the hash is keyed randomly in each.
package struct ChainDigest: Sendable, Hashable {
    /// The number of rules.
    package private(set) var count = 0
    /// Depends on the rules and their order.
    private var ordered = 0
    /// Depends on the rules alone.
    private var unordered = 0
    private var last = 0

    /// An empty chain.
    package init() {}

    /// A chain with these rules, as whole lines of `iptables-save`.
    package init(_ rules: some Sequence<String>) {
        for rule in rules { append(rule) }
    }

    /// Adds a rule at the end.
    package mutating func append(_ rule: String) {
        var rule = rule
        rule.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a rule at the end, as the bytes of a line.
    package mutating func append(_ line: UnsafeRawBufferPointer) {
        var hasher = Hasher()
        hasher.combine(bytes: line)
        let hash = hasher.finalize()
        count += 1
        last = hash
        unordered &+= hash
        ordered = (ordered &* 31) &+ hash
        ordered ^= ordered >> 29
    }

    /// Adds a rule that equals no other.
    package mutating func appendUnknown() { append(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// Whether both hold the same rules in any order; with `sameLast`, also the same last rule.
    package func hasSameRules(as other: ChainDigest, sameLast: Bool = false) -> Bool {
        count == other.count && unordered == other.unordered && (last == other.last || !sameLast)
    }
}
