import InternetAddresses
import KubernetesAPI

/// The inputs of all Services' routes, apart from the Services.
struct RoutingContext: Sendable {
    var node: RoutingNode
    var nodePorts: NodePortAddresses
    var masqueradesAll: Bool

    /// The node's address, which source ranges may admit.
    func nodeAddress(of family: IPFamily) -> IPAddress? {
        node.primaryAddresses.first { $0.family == family } ?? nodePorts.addresses(of: family).first
    }
}

/// All routes of one Service, and its unfulfilled requests.
struct ServiceRoutes: Sendable {
    /// By key, each once.
    var routes: [ServicePortRoute] = []
    var problems: [RoutingProblem] = []

    /// No routes: the Service does not exist, or we do not route it.
    init() {}

    init(
        of service: Service, slices: some Collection<RoutedSlice>, in context: RoutingContext, claims: FrontendClaims
    ) {
        let requests = service.requests
        routes.reserveCapacity(requests.count)
        for request in requests {
            let decision = RouteDecision(service, request, slices: slices, in: context)
            let frontends = decision.frontends(claims: claims, problems: &problems)
            routes.append(decision.route(frontends))
        }
        if routes.count > 1 { routes.sort { $0.key < $1.key } }
    }
}

/// The decisions for one port of a Service in one IP family.
private struct RouteDecision {
    let service: Service
    let request: RouteRequest
    let context: RoutingContext
    let selection: EndpointSelection
    /// Cluster for a Service that clients outside the cluster cannot reach.
    let externalPolicy: Service.TrafficPolicy
    let sourceRanges: [IPNetwork]
    let healthCheckNodePort: UInt16?

    init(
        _ service: Service, _ request: RouteRequest, slices: some Collection<RoutedSlice>, in context: RoutingContext
    ) {
        self.service = service
        self.request = request
        self.context = context
        let isExternal = service.acceptsExternalTraffic
        externalPolicy = isExternal ? service.externalTrafficPolicy : .cluster
        sourceRanges = service.loadBalancerSourceRanges.filter { $0.family == request.key.family }
        var lists: EndpointSelection.Lists = []
        // Under external policy Local, pods and the node itself reach external addresses as under Cluster.
        if isExternal || service.internalTrafficPolicy == .cluster { lists.insert(.cluster) }
        if externalPolicy == .local || service.internalTrafficPolicy == .local { lists.insert(.local) }
        if request.key.name.transport == .udp { lists.insert(.serving) }
        let isChecked = service.kind == .loadBalancer && externalPolicy == .local
        healthCheckNodePort = isChecked ? service.healthCheckNodePort : nil
        if healthCheckNodePort != nil { lists.insert(.readyLocal) }
        selection = EndpointSelection(
            for: request.port, family: request.key.family, in: slices, on: context.node, lists: lists)
    }

    func route(_ frontends: [Frontend]) -> ServicePortRoute {
        ServicePortRoute(
            key: request.key, frontends: frontends, clusterBackends: selection.cluster,
            localBackends: selection.local, servingBackends: selection.serving,
            affinityTimeout: service.affinityTimeout, sourceRanges: sourceRanges,
            healthCheck: healthCheckNodePort.map {
                ServicePortRoute.HealthCheck(port: $0, readyEndpoints: selection.readyLocal)
            }, ipvsScheduler: service.ipvsScheduler, proxyProtocol: service.proxyProtocol)
    }

    /// The frontends that no other Service port owns; the others become problems.
    func frontends(claims: FrontendClaims, problems: inout [RoutingProblem]) -> [Frontend] {
        problems += request.problems
        let (name, family) = (request.key.name, request.key.family)
        var frontends: [Frontend] = []
        frontends.reserveCapacity(request.addresses.count + (request.nodePort == nil ? 0 : 1))
        for address in request.addresses {
            let owner = claims.owner(of: .address(address.address, port: address.port, name.transport))
            let frontend = frontend(address)
            if let owner, owner != name {
                problems.append(RoutingProblem(name: name, reason: .frontendLost(frontend.identity, to: owner)))
            } else {
                frontends.append(frontend)
            }
        }
        let opened = nodePortFrontends(claims: claims, problems: &problems)
        if !opened.isEmpty {
            frontends.insert(contentsOf: opened, at: frontends.first?.kind == .clusterIP ? 1 : 0)
        }
        let isOpenToFamily =
            sourceRanges.isEmpty && !service.loadBalancerSourceRanges.isEmpty
            && request.addresses.contains { $0.kind == .loadBalancer || $0.isAlsoLoadBalancer }
        if isOpenToFamily {
            problems.append(RoutingProblem(name: name, reason: .sourceRangesOfOtherFamily(family)))
        }
        return frontends
    }

    /// The node port on each address where it is open. A Service that claims an address as its own
    /// has precedence there.
    private func nodePortFrontends(claims: FrontendClaims, problems: inout [RoutingProblem]) -> [Frontend] {
        guard let port = request.nodePort else { return [] }
        let (name, family) = (request.key.name, request.key.family)
        func isLost(_ address: IPAddress?, to owner: ServicePortName?) -> Bool {
            guard let owner, owner != name else { return false }
            let frontend = FrontendAddress(kind: .nodePort, address: address, port: port)
            problems.append(RoutingProblem(name: name, reason: .frontendLost(frontend, to: owner)))
            return true
        }
        if isLost(nil, to: claims.owner(of: .nodePort(port, family, name.transport))) { return [] }
        let opened = context.nodePorts.addresses(of: family).filter { address in
            let owner = claims.owner(of: .address(address, port: port, name.transport))
            // An address that the route already has under another kind is not a second frontend.
            return !isLost(address, to: owner) && owner == nil
        }
        let addresses = context.nodePorts.openEndedFamilies.contains(family) ? [nil] : opened.map(Optional.some)
        return addresses.map { external(.nodePort, $0, port) }
    }

    private func frontend(_ address: RouteRequest.Address) -> Frontend {
        guard address.kind.isExternal else {
            return Frontend(
                kind: address.kind, address: address.address, port: address.port,
                inside: destination(under: service.internalTrafficPolicy),
                masquerade: context.masqueradesAll ? .everyone : .clientsOutsidePodNetwork)
        }
        var frontend = external(address.kind, address.address, address.port)
        frontend.isAlsoLoadBalancer = address.isAlsoLoadBalancer
        if address.kind == .loadBalancer || address.isAlsoLoadBalancer { frontend.admission = admission }
        return frontend
    }

    private func external(_ kind: Frontend.Kind, _ address: IPAddress?, _ port: UInt16) -> Frontend {
        Frontend(
            kind: kind, address: address, port: port, inside: destination(under: .cluster),
            outside: destination(under: externalPolicy), masquerade: externalPolicy == .local ? .thisNode : .everyone)
    }

    private func destination(under policy: Service.TrafficPolicy) -> Destination {
        guard selection.hasEndpoints else { return .refuse }
        guard policy == .local else { return .clusterBackends }
        return selection.local.isEmpty ? .drop : .localBackends
    }

    /// For load balancer addresses. An IP family without a range is open to everyone.
    private var admission: Admission {
        if sourceRanges.isEmpty { return .everyone }
        guard let node = context.nodeAddress(of: request.key.family),
            sourceRanges.contains(where: { $0.contains(node) })
        else { return .sourceRanges }
        return .sourceRangesAndItself
    }
}

extension RoutingChange {
    /// Adds the changes to the routes of one Service; both lists are sorted by key.
    mutating func append(from old: [ServicePortRoute], to new: [ServicePortRoute]) {
        if old.isEmpty { return entries += new.map { Entry(key: $0.key, old: nil, new: $0) } }
        var old = old[...]
        var new = new[...]
        while let key = [old.first?.key, new.first?.key].compactMap(\.self).min() {
            let before = old.first?.key == key ? old.popFirst() : nil
            let after = new.first?.key == key ? new.popFirst() : nil
            if before != after { entries.append(Entry(key: key, old: before, new: after)) }
        }
    }
}
