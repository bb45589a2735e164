extension Explanation {
    /// The answer as a page: a diagram of the chain, with the findings beside each link.
    package var html: String {
        var body = "<p><a href=\"/\">All Services of node \(HTML.escaped(node))</a></p>"
        body += "<h1 class=\"\(verdict.rawValue)\">\(HTML.escaped(headline))</h1>"
        body += "<p>Connections from "
        for origin in ["everybody", "pod", "node", "outside"] {
            let query = origin == "everybody" ? "" : "&amp;from=\(origin)"
            body += "<a href=\"/explain?service=\(HTML.query(question))\(query)\">\(origin)</a> "
        }
        body += "</p><table>"
        for (index, link) in links.enumerated() {
            body += "<tr><td style=\"width:3rem;padding:0;border:0\">"
            body += Self.drawing(link.verdict, isFirst: index == 0, isLast: index == links.count - 1)
            body += "</td><th>\(HTML.escaped(link.kind.title))</th><td>"
            for finding in link.findings { body += finding.html }
            body += "</td></tr>"
        }
        return HTML.page(headline, body + "</table>")
    }

    /// One link of the chain: a line from above, a circle, and a line on, which is broken if the link is.
    private static func drawing(_ verdict: Verdict, isFirst: Bool, isLast: Bool) -> String {
        let color =
            switch verdict {
            case .ok: "#18794e"
            case .broken: "#c0262d"
            case .unknown: "#8a6100"
            }
        let line = "stroke=\"#9aa7b4\" stroke-width=\"3\""
        let above = isFirst ? "" : "<line x1=\"24\" y1=\"0\" x2=\"24\" y2=\"14\" \(line)/>"
        let gap = verdict == .broken ? " stroke-dasharray=\"3 5\"" : ""
        let below = isLast ? "" : "<line x1=\"24\" y1=\"42\" x2=\"24\" y2=\"72\" \(line)\(gap)/>"
        return """
            <svg width="48" height="72" role="img" aria-label="\(verdict.rawValue)">\(above)\(below)\
            <circle cx="24" cy="28" r="13" fill="\(color)"/>\
            <text x="24" y="33" text-anchor="middle" fill="#fff" font-size="15">\(verdict.symbol)</text></svg>
            """
    }
}

extension Finding {
    fileprivate var html: String {
        var text = "<div class=\"\(verdict == .ok ? "" : verdict.rawValue)\">\(HTML.escaped(self.text))</div>"
        if !proof.isEmpty { text += "<div class=\"proof\">Proof: \(HTML.escaped(proof))</div>" }
        if !remedy.isEmpty { text += "<div>To do: \(HTML.escaped(remedy))</div>" }
        return text
    }
}
