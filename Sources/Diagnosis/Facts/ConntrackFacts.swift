package import Conntrack

/// The table of tracked connections.
package struct ConntrackFacts: Sendable, Hashable {
    /// `nil` where there is no connection tracking.
    package var count: Int?
    package var limit: Int?
    /// Packets that were dropped because the table was full, since the machine started.
    package var drops = 0
    /// UDP flows of the Service that lead to endpoints which no longer serve.
    package var stale: [ConntrackEntry] = []

    package init() {}
}
