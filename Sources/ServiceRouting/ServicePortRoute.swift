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

/// Everything that a data plane needs to know about one Service port in one IP family: the addresses that clients use,
/// how connections to each are handled, and the endpoints that they may be sent to. All decisions have been made.
///
/// A single reference: the routing table, a data plane and snapshots hold the same 100,000 routes.
package struct ServicePortRoute: Sendable, Hashable {
    private struct Contents: Sendable, Hashable {
        var key: RouteKey
        var frontends: [Frontend]
        var clusterBackends: [Backend]
        var localBackends: [Backend]
        var servingBackends: [Backend]
        var affinityTimeout: UInt32?
        var sourceRanges: [IPNetwork]
        var healthCheck: HealthCheck?
        var ipvsScheduler: String?
        var proxyProtocol: Service.ProxyProtocol?
    }

    /// Exactly one element: the array serves as a copy-on-write box.
    private var box: [Contents]

    package var key: RouteKey {
        get { box[0].key }
        set { box[0].key = newValue }
    }
    /// The clusterIP first, then by kind; each address and port once.
    package var frontends: [Frontend] {
        get { box[0].frontends }
        set { box[0].frontends = newValue }
    }
    /// For frontends with ``Destination/clusterBackends``; empty if there is none. Sorted, without duplicates.
    package var clusterBackends: [Backend] {
        get { box[0].clusterBackends }
        set { box[0].clusterBackends = newValue }
    }
    /// For frontends with ``Destination/localBackends``; empty if there is none. Sorted, without duplicates.
    package var localBackends: [Backend] {
        get { box[0].localBackends }
        set { box[0].localBackends = newValue }
    }
    /// UDP only, empty for other protocols: every serving endpoint, chosen or not. Flows to one of these stay. Sorted,
    /// without duplicates.
    package var servingBackends: [Backend] {
        get { box[0].servingBackends }
        set { box[0].servingBackends = newValue }
    }
    /// Seconds for which a client stays with its endpoint, counted from its last new connection; `nil` without session
    /// affinity.
    package var affinityTimeout: UInt32? { box[0].affinityTimeout }
    /// The networks that frontends with ``Admission/sourceRanges`` admit, all of the route's IP family.
    package var sourceRanges: [IPNetwork] {
        get { box[0].sourceRanges }
        set { box[0].sourceRanges = newValue }
    }
    /// The health check for load balancers; only LoadBalancer Services with external traffic policy Local have one.
    package var healthCheck: HealthCheck? { box[0].healthCheck }
    /// The IPVS scheduler from the Service's annotation; `nil` leaves the choice to the node.
    package var ipvsScheduler: String? { box[0].ipvsScheduler }
    /// The version of the PROXY protocol that passes the client's address to endpoints, from the Service's annotation;
    /// `nil` for none. Only modes that make connections themselves support it.
    package var proxyProtocol: Service.ProxyProtocol? { box[0].proxyProtocol }

    /// A load balancer's check whether this node has endpoints.
    package struct HealthCheck: Sendable, Hashable {
        /// The Service's `healthCheckNodePort`.
        package var port: UInt16
        /// The addresses of ready endpoints on this node. Sorted, without duplicates. Terminating endpoints may take
        /// connections but are not included: load balancers should already use other nodes.
        package var readyEndpoints: [IPAddress]

        package init(port: UInt16, readyEndpoints: [IPAddress] = []) {
            self.port = port
            self.readyEndpoints = readyEndpoints
        }
    }

    package init(
        key: RouteKey, frontends: [Frontend], clusterBackends: [Backend], localBackends: [Backend] = [],
        servingBackends: [Backend] = [], affinityTimeout: UInt32? = nil, sourceRanges: [IPNetwork] = [],
        healthCheck: HealthCheck? = nil, ipvsScheduler: String? = nil, proxyProtocol: Service.ProxyProtocol? = nil
    ) {
        box = [
            Contents(
                key: key, frontends: frontends, clusterBackends: clusterBackends, localBackends: localBackends,
                servingBackends: servingBackends, affinityTimeout: affinityTimeout, sourceRanges: sourceRanges,
                healthCheck: healthCheck, ipvsScheduler: ipvsScheduler, proxyProtocol: proxyProtocol)
        ]
    }

    /// The port of the ``healthCheck``.
    package var healthCheckNodePort: UInt16? { healthCheck?.port }

    /// The backends of a destination; none for one that is not served.
    package func backends(of destination: Destination) -> [Backend] {
        switch destination {
        case .clusterBackends: clusterBackends
        case .localBackends: localBackends
        case .refuse, .drop: []
        }
    }

    /// Whether any frontend leads there.
    package func uses(_ destination: Destination) -> Bool {
        frontends.contains { $0.inside == destination || $0.outside == destination }
    }
}
