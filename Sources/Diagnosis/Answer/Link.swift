/// One link of the chain, with all findings.
package struct Link: Sendable, Hashable, Codable {
    package var kind: LinkKind
    /// The worst first.
    package private(set) var findings: [Finding]

    package init(_ kind: LinkKind, _ findings: [Finding]) {
        self.kind = kind
        self.findings =
            findings.filter { $0.verdict == .broken } + findings.filter { $0.verdict == .unknown }
            + findings.filter { $0.verdict == .ok }
    }

    /// The worst of the findings.
    package var verdict: Verdict { findings.first?.verdict ?? .unknown }
}
