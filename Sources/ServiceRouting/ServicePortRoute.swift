package import InternetAddresses
import KubernetesAPI

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

/// Everything that a data plane needs to know of one Service port in one IP family: the addresses that clients use, what
/// happens to connections to each of them, and the endpoints that they may be sent to. All decisions have been made.
package struct ServicePortRoute: Sendable, Hashable {
    package var key: RouteKey
    /// The clusterIP first, then by kind; each address and port once.
    package var frontends: [Frontend]
    /// For frontends with ``Destination/clusterBackends``; empty if there is none. Sorted, without duplicates.
    package var clusterBackends: [Backend]
    /// For frontends with ``Destination/localBackends``; empty if there is none. Sorted, without duplicates.
    package var localBackends: [Backend]
    /// UDP only, empty for other protocols: every endpoint that serves, chosen or not. A flow that goes to one of them
    /// stays there. Sorted, without duplicates.
    package var servingBackends: [Backend]
    /// Seconds for which a client stays with its endpoint, counted from its last new connection; `nil` without session
    /// affinity.
    package var affinityTimeout: UInt32?
    /// The networks that frontends with ``Admission/sourceRanges`` admit, all of the route's IP family.
    package var sourceRanges: [IPNetwork]
    /// The port on which load balancers ask whether this node has endpoints: LoadBalancer Services under external traffic
    /// policy Local have one.
    package var healthCheckNodePort: UInt16?
    /// How IPVS is to spread connections, as the Service says in an annotation; `nil` where it leaves that to the node.
    package var ipvsScheduler: String?

    package init(
        key: RouteKey, frontends: [Frontend], clusterBackends: [Backend], localBackends: [Backend] = [],
        servingBackends: [Backend] = [], affinityTimeout: UInt32? = nil, sourceRanges: [IPNetwork] = [],
        healthCheckNodePort: UInt16? = nil, ipvsScheduler: String? = nil
    ) {
        self.key = key
        self.frontends = frontends
        self.clusterBackends = clusterBackends
        self.localBackends = localBackends
        self.servingBackends = servingBackends
        self.affinityTimeout = affinityTimeout
        self.sourceRanges = sourceRanges
        self.healthCheckNodePort = healthCheckNodePort
        self.ipvsScheduler = ipvsScheduler
    }

    /// The backends of a destination; none for one that is not served.
    package func backends(of destination: Destination) -> [Backend] {
        switch destination {
        case .clusterBackends: clusterBackends
        case .localBackends: localBackends
        case .refuse, .drop: []
        }
    }

    /// Whether some frontend leads there.
    package func uses(_ destination: Destination) -> Bool {
        frontends.contains { $0.inside == destination || $0.outside == destination }
    }
}
