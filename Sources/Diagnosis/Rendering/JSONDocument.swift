import FoundationEssentials

/// Answers as JSON, for programs.
enum JSONDocument {
    /// Keys are sorted, so that two answers can be compared as text.
    static func text(_ value: some Encodable) throws(DiagnosisError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
            throw DiagnosisError(.system, "the answer cannot be written as JSON: \(error)", cause: error)
        }
    }
}

extension Explanation {
    private struct Document: Encodable {
        var verdict: Verdict
        var headline: String
        var explanation: Explanation

        private enum Key: CodingKey { case verdict, headline, question, service, node, links, trace }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(verdict, forKey: .verdict)
            try container.encode(headline, forKey: .headline)
            try container.encode(explanation.question, forKey: .question)
            try container.encode(explanation.service, forKey: .service)
            try container.encode(explanation.node, forKey: .node)
            try container.encode(explanation.links.map(LinkDocument.init), forKey: .links)
            try container.encodeIfPresent(explanation.trace, forKey: .trace)
        }
    }

    private struct LinkDocument: Encodable {
        var kind: LinkKind
        var verdict: Verdict
        var findings: [Finding]

        init(_ link: Link) {
            kind = link.kind
            verdict = link.verdict
            findings = link.findings
        }
    }

    /// The answer for programs.
    package func json() throws(DiagnosisError) -> String {
        try JSONDocument.text(Document(verdict: verdict, headline: headline, explanation: self))
    }
}
