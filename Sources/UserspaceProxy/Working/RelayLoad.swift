import Synchronization

/// How much a relay carries at the moment. Counted by all its threads, read by anyone.
package final class RelayLoad: Sendable {
    /// TCP connections, and UDP sessions.
    let connections = Atomic<Int>(0)
    let sessions = Atomic<Int>(0)
    /// How often the limit of connections, or that of open files, was reached.
    let pauses = Atomic<UInt64>(0)

    package init() {}

    /// TCP connections that are open now.
    package var connectionCount: Int { connections.load(ordering: .relaxed) }
    /// UDP sessions that are open now.
    package var sessionCount: Int { sessions.load(ordering: .relaxed) }
    /// How often new connections had to wait because of a limit.
    package var pauseCount: UInt64 { pauses.load(ordering: .relaxed) }
}
