import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import UserspaceProxy

/// State shared by the listeners of one route: the endpoints and their rotation, and the counters.
final class RouteRelay: Sendable {
    let cluster: Balancer
    let local: Balancer
    let counters: RelayCounters

    init(_ route: ServicePortRoute, counters: RelayCounters) {
        cluster = Balancer(Self.addresses(route.clusterBackends), affinityTimeout: route.affinityTimeout)
        local = Balancer(Self.addresses(route.localBackends), affinityTimeout: route.affinityTimeout)
        self.counters = counters
    }

    func update(_ route: ServicePortRoute) {
        let (all, near) = (Self.addresses(route.clusterBackends), Self.addresses(route.localBackends))
        cluster.update(all, affinityTimeout: route.affinityTimeout)
        local.update(near, affinityTimeout: route.affinityTimeout)
        counters.keepFailures(of: Set(all + near))
    }

    /// The clients that stay with their endpoints, for the next process; empty if none do.
    func affinities(of route: RouteKey) -> AffinityText.Table {
        [AffinityText.Key(route: route, list: .cluster): cluster, AffinityText.Key(route: route, list: .local): local]
            .mapValues(\.affinities).filter { !$0.value.isEmpty }
    }

    /// Takes clients over from an earlier process.
    func restore(_ table: AffinityText.Table, of route: RouteKey) {
        for (list, balancer) in [(AffinityText.List.cluster, cluster), (.local, local)] {
            if let known = table[AffinityText.Key(route: route, list: list)] { balancer.restore(known) }
        }
    }

    /// Where connections go; `nil` if they are refused, or dropped before they arrive here.
    func balancer(_ destination: Destination) -> Balancer? {
        switch destination {
        case .clusterBackends: cluster
        case .localBackends: local
        case .refuse, .drop: nil
        }
    }

    func rules(_ plan: ListenerPlan) -> ListenerRules {
        // If clients outside are dropped, the socket accepts packets only from those inside.
        let outside = plan.outside == .drop ? plan.inside : plan.outside
        return ListenerRules(
            inside: balancer(plan.inside), outside: balancer(outside), insideNetworks: plan.insideNetworks,
            proxyHeader: plan.proxyHeader)
    }

    static func addresses(_ backends: [Backend]) -> [RelayAddress] {
        backends.map { RelayAddress($0.address, $0.port) }
    }
}
