package import ConntrackCleanup
package import InternetAddresses
package import Mailboxes
package import ServiceRouting

/// What follows behind the rules, once they are in force. The programming loop leaves word here, and never waits.
package struct Wake: Sendable {
    /// Tracked UDP flows that the conntrack cleaner has to forget.
    package let staleFlows = Mailbox(StaleFlows())
    /// Whether everything has been programmed at least once: what other modes have left may go.
    package let isInForce = Mailbox(false)
    /// What load balancers are told of Services.
    package let serviceHealth = Mailbox(ServiceHealthChecks())
    /// The pod networks of this machine's Node; empty until it tells some.
    package let podNetworks = Mailbox<[IPNetwork]>([])

    package init() {}

    func programmed(_ snapshot: RoutingSnapshot) {
        let stale = StaleFlows(after: snapshot)
        staleFlows.post { $0.merge(stale) }
        isInForce.post { $0 = true }
        serviceHealth.post { $0 = ServiceHealthChecks(snapshot) }
    }

    func programmed(_ change: RoutingChange, nodePorts: NodePortAddresses) {
        let stale = StaleFlows(after: change, nodePorts: nodePorts)
        staleFlows.post { $0.merge(stale) }
        serviceHealth.post { $0.apply(change) }
    }

    /// Waits until everything has been programmed. Throws `CancellationError`.
    package func untilInForce() async throws {
        guard await isInForce.next({ $0 ? true : nil }) != nil else { throw CancellationError() }
    }
}
