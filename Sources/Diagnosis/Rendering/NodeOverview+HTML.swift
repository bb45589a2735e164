extension NodeOverview {
    /// The page of a node: its faults, then its Services.
    package var html: String {
        var body = "<h1>Services on node \(HTML.escaped(check.node))</h1><table>"
        for item in check.items {
            let finding = item.finding
            body += "<tr><td class=\"sign \(finding.verdict.rawValue)\">\(finding.verdict.symbol)</td>"
            body += "<th>\(HTML.escaped(item.subject))</th><td>\(HTML.escaped(finding.text))"
            if finding.verdict != .ok {
                let details = [finding.proof, finding.remedy].filter { !$0.isEmpty }.map(HTML.escaped)
                body += details.map { "<div class=\"proof\">\($0)</div>" }.joined()
            }
            body += "</td></tr>"
        }
        let shown = total > rows.count ? ", of which \(rows.count) are shown" : ""
        body += "</table><h2>\(count(total, "Service"))\(shown)</h2>"
        body += "<form><label>Name contains <input name=\"search\"></label> <button>Search</button></form>"
        body += "<table><tr><th></th><th>Service</th><th>Clients use</th><th>Backends</th></tr>"
        for row in rows {
            body += "<tr><td class=\"sign \(row.verdict.rawValue)\">\(row.verdict.symbol)</td>"
            body += "<td><a href=\"/explain?service=\(HTML.query(row.service))\">\(HTML.escaped(row.service))</a>"
            if !row.headline.isEmpty { body += "<div class=\"broken\">\(HTML.escaped(row.headline))</div>" }
            body += "</td><td>\(Self.lines(row.frontends))</td><td>\(Self.lines(row.backends))</td></tr>"
        }
        return HTML.page("Services on node \(check.node)", body + "</table>")
    }

    private static func lines(_ texts: [String]) -> String {
        let shown = texts.prefix(6).map { "<div><code>\(HTML.escaped($0))</code></div>" }.joined()
        return texts.count > 6 ? shown + "<div>and \(texts.count - 6) more</div>" : shown
    }
}
