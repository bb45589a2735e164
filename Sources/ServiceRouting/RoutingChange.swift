package import InternetAddresses

/// The difference between two states of the routing table: everything that a data plane must act on.
package struct RoutingChange: Sendable, Hashable {
    /// One route that was added, removed or changed. `old` and `new` are never equal, and never both `nil`.
    package struct Entry: Sendable, Hashable {
        package var key: RouteKey
        package var old: ServicePortRoute?
        package var new: ServicePortRoute?

        package init(key: RouteKey, old: ServicePortRoute?, new: ServicePortRoute?) {
            self.key = key
            self.old = old
            self.new = new
        }
    }

    /// At most one entry for each route. A frontend may move from one route to another within a change.
    package var entries: [Entry]
    /// Where node ports are open, if that changed. Frontends in ``entries`` have moved with it.
    package var nodePorts: NodePortAddresses?
    /// The networks of the cluster's Services, if they changed.
    package var serviceNetworks: [IPNetwork]?
    /// What could not be routed as its author wanted, reported once when it arises.
    package var problems: [RoutingProblem]

    package init(
        entries: [Entry] = [], nodePorts: NodePortAddresses? = nil, serviceNetworks: [IPNetwork]? = nil,
        problems: [RoutingProblem] = []
    ) {
        self.entries = entries
        self.nodePorts = nodePorts
        self.serviceNetworks = serviceNetworks
        self.problems = problems
    }

    /// Whether there is nothing to program.
    package var isEmpty: Bool { entries.isEmpty && nodePorts == nil && serviceNetworks == nil }

    /// Adds a later change.
    package mutating func merge(_ later: RoutingChange) {
        nodePorts = later.nodePorts ?? nodePorts
        serviceNetworks = later.serviceNetworks ?? serviceNetworks
        problems += later.problems
        guard !entries.isEmpty else { return entries = later.entries }
        var indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($0.element.key, $0.offset) })
        for entry in later.entries {
            if let index = indices[entry.key] {
                entries[index].new = entry.new
            } else {
                indices[entry.key] = entries.count
                entries.append(entry)
            }
        }
        entries.removeAll { $0.old == $0.new }
    }
}
