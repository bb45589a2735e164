import InternetAddresses
import KubernetesAPI

/// All routes of one Service, and what it asks for in vain.
struct ServiceRoutes: Sendable {
    /// By key, each once.
    var routes: [ServicePortRoute] = []
    var problems: [RoutingProblem] = []

    /// No routes: the Service is not there, or not for us.
    init() {}

    init(
        of service: Service, slices: some Collection<EndpointSlice>, on node: RoutingNode, claims: FrontendClaims
    ) {
        let requests = service.requests
        routes.reserveCapacity(requests.count)
        for request in requests {
            let frontends = grantedFrontends(of: request, claims: claims)
            routes.append(
                ServicePortRoute(service, request, frontends: frontends, slices: slices, on: node))
        }
        if routes.count > 1 { routes.sort { $0.key < $1.key } }
    }

    /// The frontends of a request that no other Service port has; the others become problems.
    private mutating func grantedFrontends(of request: RouteRequest, claims: FrontendClaims) -> [Frontend] {
        problems += request.problems
        let name = request.key.name
        return request.frontends.filter { frontend in
            guard let owner = claims.owner(of: FrontendSpot(frontend, of: request.key)), owner != name else {
                return true
            }
            problems.append(
                RoutingProblem(
                    name: name,
                    reason: "\(frontend)/\(name.transport) belongs to \(owner); clients that use it get there, not here"
                ))
            return false
        }
    }
}

extension ServicePortRoute {
    fileprivate init(
        _ service: Service, _ request: RouteRequest, frontends: [Frontend], slices: some Collection<EndpointSlice>,
        on node: RoutingNode
    ) {
        let isExternal = service.acceptsExternalTraffic
        let externalPolicy = isExternal ? service.externalTrafficPolicy : .cluster
        var policies: EndpointSelection.Policies = []
        // Under external policy Local, pods and the node itself reach external addresses as under Cluster.
        if isExternal || service.internalTrafficPolicy == .cluster { policies.insert(.cluster) }
        if externalPolicy == .local || service.internalTrafficPolicy == .local { policies.insert(.local) }
        let selection = EndpointSelection(
            for: request.port, family: request.key.family, in: slices, on: node, policies: policies)
        self.init(
            key: request.key, frontends: frontends, clusterBackends: selection.cluster,
            localBackends: selection.local, hasEndpoints: selection.hasEndpoints,
            internalTrafficPolicy: service.internalTrafficPolicy, externalTrafficPolicy: externalPolicy,
            affinityTimeout: service.affinityTimeout,
            sourceRanges: service.loadBalancerSourceRanges.filter { $0.family == request.key.family },
            isGuarded: !service.loadBalancerSourceRanges.isEmpty,
            healthCheckNodePort: service.kind == .loadBalancer && externalPolicy == .local
                ? service.healthCheckNodePort : nil)
    }
}

extension RoutingChange {
    /// Adds what became of the routes of one Service; both lists are sorted by key.
    mutating func append(from old: [ServicePortRoute], to new: [ServicePortRoute]) {
        var old = old[...]
        var new = new[...]
        while let key = [old.first?.key, new.first?.key].compactMap(\.self).min() {
            let before = old.first?.key == key ? old.popFirst() : nil
            let after = new.first?.key == key ? new.popFirst() : nil
            if before != after { entries.append(Entry(key: key, old: before, new: after)) }
        }
    }
}
