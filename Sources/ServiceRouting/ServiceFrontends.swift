package import InternetAddresses
package import KubernetesAPI

extension Service {
    /// Whether it is for us to program. Headless and ExternalName Services have no address of their own, and a Service
    /// with the label `service.kubernetes.io/service-proxy-name` has a proxy of its own.
    package var isRouted: Bool {
        kind != .externalName && !isHeadless && !clusterIPs.isEmpty
            && metadata.labels[WellKnown.serviceProxyName] == nil && metadata.labels[WellKnown.headless] == nil
    }

    /// Whether clients outside the cluster may have a way to it; only then is there an external traffic policy.
    package var acceptsExternalTraffic: Bool {
        kind == .nodePort || kind == .loadBalancer || !externalIPs.isEmpty
    }

    /// What each port asks for in each IP family of the Service; nothing for one that is not routed.
    package var requests: [RouteRequest] {
        guard isRouted else { return [] }
        var requests: [RouteRequest] = []
        requests.reserveCapacity(ports.count * clusterIPs.count)
        for port in ports {
            for (index, clusterIP) in clusterIPs.enumerated()
            where !clusterIPs[..<index].contains(where: { $0.family == clusterIP.family }) {
                requests.append(RouteRequest(self, port: port, clusterIP: clusterIP))
            }
        }
        return requests
    }
}

/// What one port of a Service asks for in one IP family, before other Services are asked what they hold.
package struct RouteRequest: Sendable, Hashable {
    package var key: RouteKey
    package var port: ServicePort
    /// The clusterIP first; without those that cannot be programmed, and each address once.
    package private(set) var frontends: [Frontend] = []
    package private(set) var problems: [RoutingProblem] = []

    package init(_ service: Service, port: ServicePort, clusterIP: IPAddress) {
        let name = ServicePortName(
            service: service.metadata.namespacedName, port: port.name, transport: port.transport)
        key = RouteKey(name: name, family: clusterIP.family)
        self.port = port
        request(.clusterIP, clusterIP)
        if service.kind == .nodePort || service.kind == .loadBalancer, let nodePort = port.nodePort {
            frontends.append(Frontend(kind: .nodePort, address: nil, port: nodePort))
        }
        for address in service.externalIPs where address.family == clusterIP.family {
            request(.externalIP, address)
        }
        guard service.kind == .loadBalancer else { return }
        for ingress in service.loadBalancerIngress
        where ingress.mode == .vip && ingress.address.family == clusterIP.family {
            request(.loadBalancer, ingress.address)
        }
    }

    private mutating func request(_ kind: Frontend.Kind, _ address: IPAddress) {
        guard !frontends.contains(where: { $0.address == address }) else { return }
        guard let reason = address.reasonAgainstFrontend else {
            frontends.append(Frontend(kind: kind, address: address, port: port.port))
            return
        }
        let problem = RoutingProblem(
            name: key.name, reason: "\(kind) \(address) is not programmed: it is \(reason)")
        if !problems.contains(problem) { problems.append(problem) }
    }
}

extension IPAddress {
    /// Why no Service may have this address, in the terms that API validation uses; `nil` if one may.
    package var reasonAgainstFrontend: String? {
        if isUnspecified { return "the unspecified address, which no client can connect to" }
        if isLoopback { return "a loopback address, which belongs to each machine by itself" }
        if isLinkLocal { return "a link-local address, which belongs to each link by itself" }
        if isMulticast { return "a multicast address, which no connection can be made to" }
        return nil
    }
}
