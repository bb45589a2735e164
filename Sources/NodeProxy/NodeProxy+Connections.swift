import BlockingThreads
import ConnectionCounters
import Dataplane
import Logging
import Mailboxes
package import ServiceRouting
import Synchronization

extension NodeProxy {
    /// Makes `status` report the connections to each Service port, if configured. Returns the counter to run; `nil`
    /// if none is needed.
    func makeConnectionCounter(
        _ changes: Mailbox<CountedChanges>?, status: ProxyStatus
    ) throws(ThreadError) -> ConnectionCounter? {
        guard configuration.countsConnections else { return nil }
        guard let changes else {
            // The mode carries connections itself, and counts them.
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

/// Reports the number of connections to each Service port.
package protocol ConnectionTotals: Sendable {
    /// The number of connections to each existing Service port. Never decreases while the port exists.
    func totals() async -> [RouteKey: UInt64]
}

extension ConnectionCounter: ConnectionTotals {}

/// For a mode that carries connections itself.
private struct OwnTotals: ConnectionTotals {
    // A reference cycle: both live as long as the proxy.
    let status: ProxyStatus

    func totals() async -> [RouteKey: UInt64] {
        let traffic = status.dataplane.withLock { $0 }?.traffic ?? []
        return Dictionary(traffic.map { ($0.route, $0.opened) }, uniquingKeysWith: +)
    }
}
