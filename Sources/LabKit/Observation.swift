/// What a client's connections to one address of a Service experienced, as `behaviour-*.json` records it.
package struct Observation: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The servers that answered (`address port`), and the client address they saw: its own (`kept`), another
    /// (`rewritten`), or `node-address` if the client is the node.
    package var servers: [String: [String]]?
    /// With session affinity: whether all connections reached one endpoint.
    package var sticky: Bool?
    /// With session affinity: the client address that endpoints saw.
    package var source: [String]?
    /// How connections failed.
    package var failed: [String]?

    package var description: String {
        var parts = (servers ?? [:]).sorted { $0.key < $1.key }.map {
            "\($0.key) (\($0.value.joined(separator: ", ")))"
        }
        if let sticky { parts.append(sticky ? "sticky" : "not sticky") }
        if let source { parts.append("source \(source.joined(separator: ", "))") }
        if let failed { parts.append(failed.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }

    /// The same through a userspace proxy: endpoints always see an address of the node.
    package var throughUserspace: Observation {
        var observation = self
        let node = { (sources: [String]) in
            Set(sources.map { $0 == "kept" ? "rewritten" : $0 }).sorted()
        }
        observation.servers = servers?.mapValues(node)
        observation.source = source.map(node)
        return observation
    }

    /// Sums up the outcomes of connections from `client` to `target`.
    init(_ outcomes: [ConnectionOutcome], from client: Client, to target: SocketAddress, hasAffinity: Bool) {
        var seen: [String: Set<String>] = [:]
        var failures: Set<String> = []
        let own = client.source(for: target)
        for outcome in outcomes {
            if case .served(let server, let source) = outcome {
                let verdict = own == nil ? "node-address" : own == source ? "kept" : "rewritten"
                seen["\(server.ip) \(server.port)", default: []].insert(verdict)
            } else {
                failures.insert(outcome.description)
            }
        }
        if !failures.isEmpty { failed = failures.sorted() }
        guard !seen.isEmpty else { return }
        if hasAffinity {
            sticky = seen.count == 1
            // An endpoint that reaches itself sees a different address from one that reaches its neighbour.
            source =
                client.name == "endpoint-itself"
                ? ["any"] : seen.values.reduce(into: Set()) { $0.formUnion($1) }.sorted()
        } else {
            servers = seen.mapValues { $0.sorted() }
        }
    }
}
