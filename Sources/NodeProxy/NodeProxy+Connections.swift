import BlockingThreads
import ConnectionCounters
import Dataplane
import Logging
import Mailboxes
package import ServiceRouting
import Synchronization

extension NodeProxy {
    /// Has `status` tell how many connections each Service port has had, where the operator wants that. Returns what
    /// counts them, to be run; `nil` where nobody has to.
    func makeConnectionCounter(
        _ changes: Mailbox<CountedChanges>?, status: ProxyStatus
    ) throws(ThreadError) -> ConnectionCounter? {
        guard configuration.countsConnections else { return nil }
        guard let changes else {
            // The mode carries them itself, and counts them.
            status.connections.withLock { $0 = OwnTotals(status: status) }
            return nil
        }
        let counter = try ConnectionCounter(changes, hasOpenNodePorts: configuration.mode.matchesAnyAddress) {
            problem in
            logger.warning("\(problem)")
        }
        status.connections.withLock { $0 = counter }
        return counter
    }
}

/// Tells how many connections each Service port has had.
package protocol ConnectionTotals: Sendable {
    /// The number of connections to each Service port that there is. Never falls while there is the port.
    func totals() async -> [RouteKey: UInt64]
}

extension ConnectionCounter: ConnectionTotals {}

/// Of a mode that carries connections itself.
private struct OwnTotals: ConnectionTotals {
    // Each of the two refers to the other: both last as long as the proxy.
    let status: ProxyStatus

    func totals() async -> [RouteKey: UInt64] {
        let traffic = status.dataplane.withLock { $0 }?.traffic ?? []
        return Dictionary(traffic.map { ($0.route, $0.opened) }, uniquingKeysWith: +)
    }
}
