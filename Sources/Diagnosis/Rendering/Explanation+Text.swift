extension Explanation {
    /// The answer for a terminal: the headline, then the chain.
    package var text: String {
        var lines = [headline + ".", ""]
        let width = links.map(\.kind.title.count).max() ?? 0
        for link in links {
            for (index, finding) in link.findings.enumerated() {
                let title = index == 0 ? link.kind.title : ""
                let margin = title + String(repeating: " ", count: width - title.count)
                lines.append("\(finding.verdict.symbol) \(margin)  \(finding.text)")
                let indent = String(repeating: " ", count: width + 4)
                if !finding.proof.isEmpty { lines.append("\(indent)proof: \(finding.proof)") }
                if !finding.remedy.isEmpty { lines.append("\(indent)to do: \(finding.remedy)") }
            }
        }
        return lines.joined(separator: "\n") + "\n" + (trace?.text ?? "")
    }
}
