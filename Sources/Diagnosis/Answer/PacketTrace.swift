/// One packet's path through the rules of this node.
package struct PacketTrace: Sendable, Hashable, Codable {
    package struct Step: Sendable, Hashable, Codable {
        /// `ip servicelet`
        package var table: String
        package var chain: String
        /// The rule as its tool prints it; `policy`, or `end of chain`.
        package var rule: String
        /// `accept`, `drop`, `goto pick-2` …
        package var verdict: String

        package init(table: String, chain: String, rule: String, verdict: String) {
            self.table = table
            self.chain = chain
            self.rule = rule
            self.verdict = verdict
        }
    }

    /// `10.96.0.5:80/TCP`
    package var place: String
    /// The source of the packet: `this node`, or the awaited client.
    package var origin: String
    /// Empty if no packet was seen.
    package var steps: [Step]
    /// What could not be traced, and how to see it; empty where everything could.
    package var unseen: String

    package init(place: String, origin: String, steps: [Step], unseen: String = "") {
        self.place = place
        self.origin = origin
        self.steps = steps
        self.unseen = unseen
    }

    /// The trace for a terminal, one line per step.
    package var text: String {
        let rest = unseen.isEmpty ? "" : "? \(unseen)\n"
        guard !steps.isEmpty else {
            return "\nNo packet of \(origin) to \(place) passed the rules of this node.\n" + rest
        }
        var text = "\nA packet of \(origin) to \(place):\n"
        let width = steps.map { "\($0.table) \($0.chain)".count }.max() ?? 0
        for step in steps {
            let place = "\(step.table) \(step.chain)"
            let margin = place + String(repeating: " ", count: width - place.count)
            text += "  \(margin)  \(step.rule) → \(step.verdict)\n"
        }
        return text + "Its way ended with \(steps.last.map { "\($0.verdict) in \($0.table) \($0.chain)" } ?? "").\n"
            + rest
    }
}
