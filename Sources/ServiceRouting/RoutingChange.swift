package import InternetAddresses

/// The difference between two states of the routing table: all that a data plane has to act upon.
package struct RoutingChange: Sendable, Hashable {
    /// One route that came, went or became another. `old` and `new` are never equal, and never both `nil`.
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

    /// At most one entry for each route.
    package var entries: [Entry]
    /// The node's own addresses for node ports (`primary`), where they changed.
    package var nodeAddresses: [IPAddress]?
    /// What could not be routed as its author wanted, one line each, for the log.
    package var problems: [RoutingProblem]

    package init(entries: [Entry] = [], nodeAddresses: [IPAddress]? = nil, problems: [RoutingProblem] = []) {
        self.entries = entries
        self.nodeAddresses = nodeAddresses
        self.problems = problems
    }

    /// Whether there is nothing to program.
    package var isEmpty: Bool { entries.isEmpty && nodeAddresses == nil }
}

/// Something a Service asks for that it does not get, and what that means for its clients.
package struct RoutingProblem: Sendable, Hashable, CustomStringConvertible {
    package var name: ServicePortName
    package var reason: String

    package init(name: ServicePortName, reason: String) {
        self.name = name
        self.reason = reason
    }

    package var description: String { "\(name): \(reason)" }
}
