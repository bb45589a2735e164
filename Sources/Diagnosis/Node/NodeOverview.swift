import KubernetesAPI
package import ServiceRouting

/// The Services of a node and the node itself, for a web page.
package struct NodeOverview: Sendable {
    /// One Service.
    package struct Row: Sendable {
        /// `namespace/name`
        package var service: String
        package var verdict: Verdict
        package var headline: String
        package var frontends: [String]
        package var backends: [String]
    }

    /// The maximum number of Services on a page; a search finds the others.
    package static let limit = 200

    package var check: NodeCheck
    package var rows: [Row] = []
    /// The total number of Services, shown or not.
    package var total: Int

    /// Explains each Service whose name contains `search`, from facts about the node alone.
    package init(
        _ check: NodeCheck, _ facts: NodeFacts, _ objects: ClusterObjects, _ table: RoutingTable,
        localNetworks: LocalNetworks, search: String = ""
    ) {
        self.check = check
        let names = objects.services.keys.filter { search.isEmpty || $0.description.contains(search) }.sorted()
        total = names.count
        for name in names.prefix(Self.limit) {
            guard let question = try? Question("\(name)") else { continue }
            let one = Case(
                question, objects, table, nodeName: facts.nodeName, machine: facts.machineAddresses,
                localTraffic: localNetworks)
            let explanation = Explanation(of: one, facts)
            // The node's own faults are shown once, above.
            let own = explanation.links.filter { ![.proxy, .machine, .objects].contains($0.kind) }
            let verdict: Verdict = own.contains { $0.verdict == .broken } ? .broken : .ok
            let first = own.flatMap(\.findings).first { $0.verdict == .broken }
            rows.append(
                Row(
                    service: "\(name)", verdict: verdict, headline: first?.text ?? "",
                    frontends: one.routes.flatMap { $0.frontends.map(\.description) }.unique,
                    backends: one.routes.flatMap { $0.clusterBackends + $0.localBackends }.map(\.description).unique))
        }
        rows = rows.filter { $0.verdict == .broken } + rows.filter { $0.verdict != .broken }
    }
}
