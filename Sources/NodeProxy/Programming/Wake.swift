package import ConnectionCounters
package import ConntrackCleanup
import Dataplane
package import InternetAddresses
package import Mailboxes
package import ServiceRouting

/// Work beside programming, most of which follows once rules are in force. The programming loop posts it here, and
/// never waits.
package struct Wake: Sendable {
    /// Changes that the data plane can prepare for before everything is known.
    let foreseen = Mailbox(ForeseenChanges())
    /// Tracked UDP flows for the conntrack cleaner to remove.
    package let staleFlows = Mailbox(StaleFlows())
    /// Whether everything has been programmed at least once, so that other modes' leftovers can be removed.
    package let isInForce = Mailbox(false)
    /// The health of Services, for load balancers.
    package let serviceHealth = Mailbox(ServiceHealthChecks())
    /// The pod networks of this machine's Node; empty until it has some.
    package let podNetworks = Mailbox<[IPNetwork]>([])
    /// Changes for the connection counter; `nil` if connections are not counted.
    package let connections: Mailbox<CountedChanges>?

    /// The stale flows so far; `nil` once other modes' leftovers have been removed.
    private let early = Mailbox<StaleFlows?>(StaleFlows())
    /// Requests for the current decisions, and the answers.
    let decisions = Mailbox(DecisionRequest.none)

    package init(countsConnections: Bool = false) {
        connections = countsConnections ? Mailbox(CountedChanges()) : nil
    }

    /// The decisions that are in force, as far as the loop knows; `nil` while a change is waiting to be programmed, or
    /// on cancellation. Only one task may ask at a time.
    package func decided() async -> RoutingSnapshot? {
        decisions.post { $0 = .waiting }
        let answer = await decisions.next { request in
            guard case .answered(let answer) = request else { return DecisionRequest?.none }
            request = .none
            return .answered(answer)
        }
        guard case .answered(let snapshot) = answer else { return nil }
        return snapshot
    }

    func programmed(_ snapshot: RoutingSnapshot, by dataplane: any Dataplane) {
        let stale = StaleFlows(after: snapshot, arrivals: dataplane.arrivals(of: snapshot.routes.lazy.map(\.key)))
        post(stale)
        isInForce.post { $0 = true }
        serviceHealth.post { $0 = ServiceHealthChecks(snapshot) }
        if let connections {
            let places = CountedChanges(snapshot)
            connections.post { $0 = places }
        }
    }

    func programmed(_ change: RoutingChange, nodePorts: NodePortAddresses, by dataplane: any Dataplane) {
        let arrivals = dataplane.arrivals(of: change.entries.lazy.map(\.key))
        let stale = StaleFlows(after: change, nodePorts: nodePorts, arrivals: arrivals)
        post(stale)
        serviceHealth.post { $0.apply(change) }
        if let connections {
            let places = CountedChanges(change)
            connections.post { $0.merge(places) }
        }
    }

    private func post(_ stale: StaleFlows) {
        early.withContents { $0?.merge(stale) }
        staleFlows.post { $0.merge(stale) }
    }

    /// Posts all stale flows again: while another mode's rules were there, new ones may have followed them.
    package func removedLeftovers() {
        guard let flows = early.withContents({ $0.take() }) else { return }
        staleFlows.post { $0.merge(flows) }
    }

    /// Waits until everything has been programmed. Throws `CancellationError`.
    package func untilInForce() async throws {
        guard await isInForce.next({ $0 ? true : nil }) != nil else { throw CancellationError() }
    }
}

extension Dataplane {
    /// Of the routes whose flows can be stale.
    fileprivate func arrivals(of routes: some Sequence<RouteKey>) -> [RouteKey: [Backend]]? {
        arrivals(of: Set(routes.filter { $0.name.transport == .udp }))
    }
}

/// A request for the current decisions.
enum DecisionRequest: Sendable {
    case none
    case waiting
    case answered(RoutingSnapshot?)
}
