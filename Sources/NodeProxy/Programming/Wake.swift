package import ConntrackCleanup
package import Mailboxes
import ServiceRouting

/// What follows behind the rules, once they are in force. The programming loop leaves word here, and never waits.
package struct Wake: Sendable {
    /// Tracked UDP flows that the conntrack cleaner has to forget.
    package let staleFlows = Mailbox(StaleFlows())
    /// Whether everything has been programmed at least once: what other modes have left may go.
    package let isInForce = Mailbox(false)

    package init() {}

    func programmed(_ snapshot: RoutingSnapshot) {
        let stale = StaleFlows(after: snapshot)
        staleFlows.post { $0.merge(stale) }
        isInForce.post { $0 = true }
    }

    func programmed(_ change: RoutingChange, nodePorts: NodePortAddresses) {
        let stale = StaleFlows(after: change, nodePorts: nodePorts)
        staleFlows.post { $0.merge(stale) }
    }

    /// Waits until everything has been programmed. Throws `CancellationError`.
    package func untilInForce() async throws {
        guard await isInForce.next({ $0 ? true : nil }) != nil else { throw CancellationError() }
    }
}
