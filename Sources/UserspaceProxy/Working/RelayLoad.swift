import Synchronization

/// The current load of a relay. Written by all its threads, read from any thread.
package final class RelayLoad: Sendable {
    /// TCP connections, and UDP sessions.
    let connections = Atomic<Int>(0)
    let sessions = Atomic<Int>(0)
    /// How often the limit of connections, or that of open files, was reached.
    let pauses = Atomic<UInt64>(0)
    /// How often the machine had no free local port for a connection to an endpoint.
    let portShortages = Atomic<UInt64>(0)

    package init() {}

    /// Open TCP connections.
    package var connectionCount: Int { connections.load(ordering: .relaxed) }
    /// Open UDP sessions.
    package var sessionCount: Int { sessions.load(ordering: .relaxed) }
    /// How often new connections had to wait because of a limit.
    package var pauseCount: UInt64 { pauses.load(ordering: .relaxed) }
    /// How often there was no free local port for a connection to an endpoint.
    package var portShortageCount: UInt64 { portShortages.load(ordering: .relaxed) }
}
