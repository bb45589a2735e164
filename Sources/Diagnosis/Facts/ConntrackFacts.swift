package import Conntrack

/// The table of tracked connections.
package struct ConntrackFacts: Sendable, Hashable {
    /// `nil` if there is no connection tracking.
    package var count: Int?
    package var limit: Int?
    /// Packets dropped because the table was full, since boot.
    package var drops = 0
    /// UDP flows of the Service to endpoints that no longer serve.
    package var stale: [ConntrackEntry] = []

    package init() {}
}
