package import InternetAddresses
package import KubernetesAPI

/// What identifies a route: a Service port in one IP family.
package struct RouteKey: Sendable, Hashable {
    package var name: ServicePortName
    package var family: IPFamily

    package init(name: ServicePortName, family: IPFamily) {
        self.name = name
        self.family = family
    }
}

extension RouteKey: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.name, lhs.family.rawValue) < (rhs.name, rhs.family.rawValue)
    }
}

/// Everything a data plane needs to know of one Service port in one IP family: under which addresses clients reach it,
/// and which endpoints their connections may be sent to. All decisions have been taken.
package struct ServicePortRoute: Sendable, Hashable {
    package var key: RouteKey
    /// The addresses that clients use, the clusterIP first. An address that another Service owns is left out.
    package var frontends: [Frontend]
    /// Where connections go under traffic policy Cluster, topology hints applied. Sorted, without duplicates.
    package var clusterBackends: [Backend]
    /// Where connections go under traffic policy Local. Sorted, without duplicates; empty where no policy is Local.
    package var localBackends: [Backend]
    /// Whether any endpoint in the cluster could serve: without one connections are refused, even under policy Local.
    package var hasEndpoints: Bool
    package var internalTrafficPolicy: Service.TrafficPolicy
    package var externalTrafficPolicy: Service.TrafficPolicy
    /// Seconds for which a client stays with its endpoint; `nil` without session affinity.
    package var affinityTimeout: UInt32?
    /// Who may use the loadBalancer addresses; empty means everybody.
    package var sourceRanges: [IPNetwork]
    /// The port on which load balancers ask whether this node has endpoints: LoadBalancer Services under external traffic
    /// policy Local have one.
    package var healthCheckNodePort: UInt16?
    /// Whether `loadBalancerSourceRanges` was given at all: ranges of the other family only admit nobody of this one.
    package var isGuarded: Bool

    package init(
        key: RouteKey, frontends: [Frontend], clusterBackends: [Backend], localBackends: [Backend] = [],
        hasEndpoints: Bool? = nil, internalTrafficPolicy: Service.TrafficPolicy = .cluster,
        externalTrafficPolicy: Service.TrafficPolicy = .cluster, affinityTimeout: UInt32? = nil,
        sourceRanges: [IPNetwork] = [], isGuarded: Bool? = nil, healthCheckNodePort: UInt16? = nil
    ) {
        self.key = key
        self.frontends = frontends
        self.clusterBackends = clusterBackends
        self.localBackends = localBackends
        self.hasEndpoints = hasEndpoints ?? !(clusterBackends.isEmpty && localBackends.isEmpty)
        self.internalTrafficPolicy = internalTrafficPolicy
        self.externalTrafficPolicy = externalTrafficPolicy
        self.affinityTimeout = affinityTimeout
        self.sourceRanges = sourceRanges
        self.isGuarded = isGuarded ?? !sourceRanges.isEmpty
        self.healthCheckNodePort = healthCheckNodePort
    }

    /// The traffic policy that rules a frontend of `kind`.
    package func trafficPolicy(for kind: Frontend.Kind) -> Service.TrafficPolicy {
        kind.isExternal ? externalTrafficPolicy : internalTrafficPolicy
    }

    /// Where connections from outside the cluster to a frontend of `kind` may be sent.
    ///
    /// Under external policy Local, connections from pods and from the node itself use ``clusterBackends`` instead.
    package func backends(for kind: Frontend.Kind) -> [Backend] {
        trafficPolicy(for: kind) == .local ? localBackends : clusterBackends
    }

    /// What a client experiences when ``backends(for:)`` is empty.
    package var actionWithoutBackends: ActionWithoutBackends { hasEndpoints ? .drop : .refuse }
}

/// What happens to a connection that no endpoint may take.
package enum ActionWithoutBackends: Sendable, Hashable {
    /// Refused at once, with a TCP reset or an ICMP port unreachable: the Service has no endpoint anywhere.
    case refuse
    /// Dropped: there are endpoints, but policy Local keeps this node from using them.
    case drop
}
