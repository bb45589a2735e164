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

/// Everything that a data plane needs to know of one Service port in one IP family: the addresses that clients use,
/// what happens to connections to each of them, and the endpoints that they may be sent to. All decisions have been
/// made.
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
    /// What load balancers ask this node for: LoadBalancer Services under external traffic policy Local have it.
    package var healthCheck: HealthCheck?
    /// How IPVS is to spread connections, as the Service says in an annotation; `nil` where it leaves that to the node.
    package var ipvsScheduler: String?
    /// The version of the PROXY protocol in which endpoints are told the client's address, as the Service asks in an
    /// annotation; `nil` for none. Only a mode that makes connections itself can do so.
    package var proxyProtocol: Service.ProxyProtocol?

    /// How load balancers learn whether this node has endpoints.
    package struct HealthCheck: Sendable, Hashable {
        /// The Service's `healthCheckNodePort`.
        package var port: UInt16
        /// The addresses of ready endpoints on this node. Sorted, without duplicates. Endpoints that terminate may take
        /// connections without being among them: load balancers should go elsewhere already.
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
        self.key = key
        self.frontends = frontends
        self.clusterBackends = clusterBackends
        self.localBackends = localBackends
        self.servingBackends = servingBackends
        self.affinityTimeout = affinityTimeout
        self.sourceRanges = sourceRanges
        self.healthCheck = healthCheck
        self.ipvsScheduler = ipvsScheduler
        self.proxyProtocol = proxyProtocol
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

    /// Whether some frontend leads there.
    package func uses(_ destination: Destination) -> Bool {
        frontends.contains { $0.inside == destination || $0.outside == destination }
    }
}
