/// Where connections go, and why: the answer to one question.
package struct Explanation: Sendable, Hashable, Codable {
    /// The question as written.
    package var question: String
    /// `namespace/name` of the Service; empty if there is none.
    package var service: String
    /// The node that the answer is about.
    package var node: String
    /// In chain order; links without information are missing.
    package private(set) var links: [Link]
    /// What happened to a packet, if one was traced.
    package var trace: PacketTrace?

    package init(question: String, service: String, node: String, links: [Link]) {
        self.question = question
        self.service = service
        self.node = node
        self.links = links.filter { !$0.findings.isEmpty }.sorted { $0.kind < $1.kind }
    }

    /// What is broken, in chain order.
    package var faults: [Finding] { links.flatMap { $0.findings.filter { $0.verdict == .broken } } }

    package var verdict: Verdict {
        if !faults.isEmpty { return .broken }
        return links.contains { $0.kind.isDecisive && $0.verdict == .unknown } ? .unknown : .ok
    }

    /// Whether the kernel may be about to follow: a proxy that works has not programmed yet what objects ask for, or
    /// has not repaired yet what somebody did.
    package var mayBePassing: Bool {
        let verdicts = Dictionary(links.map { ($0.kind, $0.verdict) }, uniquingKeysWith: { first, _ in first })
        return verdicts[.kernel] == .broken && verdicts[.proxy] == .ok
    }

    /// The exit status of a command that prints it: 0 healthy, 1 broken, 2 cannot tell.
    package var exitStatus: Int32 {
        switch verdict {
        case .ok: 0
        case .broken: 1
        case .unknown: 2
        }
    }

    /// The first broken link, in one sentence.
    package var headline: String {
        let subject = service.isEmpty ? question : service
        switch verdict {
        case .broken: return faults.first.map { "\(subject): \($0.text)" } ?? subject
        case .unknown:
            let first = links.first { $0.kind.isDecisive && $0.verdict == .unknown }?.findings.first
            return "\(subject): cannot tell: \(first?.text ?? "nothing was found out")"
        case .ok: return "\(subject): nothing is wrong as seen from node \(node)"
        }
    }
}
