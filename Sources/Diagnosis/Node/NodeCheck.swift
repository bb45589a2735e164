/// The state of a node: one line for each item checked.
package struct NodeCheck: Sendable, Hashable, Codable {
    /// One item checked.
    package struct Item: Sendable, Hashable, Codable {
        /// `kernel`, `proxy`, `API server` …
        package var subject: String
        package var finding: Finding

        package init(_ subject: String, _ finding: Finding) {
            self.subject = subject
            self.finding = finding
        }
    }

    package var node: String
    /// The worst first.
    package private(set) var items: [Item]

    package init(node: String, items: [Item]) {
        self.node = node
        self.items =
            items.filter { $0.finding.verdict == .broken } + items.filter { $0.finding.verdict == .unknown }
            + items.filter { $0.finding.verdict == .ok }
    }

    package var verdict: Verdict { items.first?.finding.verdict ?? .unknown }

    /// The exit status of a command that prints it: 0 healthy, 1 broken, 2 cannot tell.
    package var exitStatus: Int32 {
        switch verdict {
        case .ok: 0
        case .broken: 1
        case .unknown: 2
        }
    }

    /// The number of broken findings, by code.
    package var faultCounts: [FindingCode: Int] {
        items.filter { $0.finding.verdict == .broken }.reduce(into: [:]) { $0[$1.finding.code, default: 0] += 1 }
    }

    /// The answer for a terminal, one line per item.
    package var text: String {
        let width = items.map(\.subject.count).max() ?? 0
        return items.map { item in
            let margin = item.subject + String(repeating: " ", count: width - item.subject.count)
            let details = [
                item.finding.proof, item.finding.remedy.isEmpty ? "" : "to do: \(item.finding.remedy)",
            ].filter { !$0.isEmpty }.joined(separator: "; ")
            return "\(item.finding.verdict.symbol) \(margin)  \(item.finding.text)"
                + (details.isEmpty || item.finding.verdict == .ok ? "" : " (\(details))") + "\n"
        }.joined()
    }

    /// The answer for programs.
    package func json() throws(DiagnosisError) -> String { try JSONDocument.text(self) }
}
