package import InternetAddresses
package import KubernetesAPI

extension Service {
    /// Whether we program it. Headless and ExternalName Services have no address of their own, and a Service with the
    /// label `service.kubernetes.io/service-proxy-name` has another proxy.
    package var isRouted: Bool {
        kind != .externalName && !isHeadless && !clusterIPs.isEmpty
            && metadata.labels[WellKnown.serviceProxyName] == nil
    }

    /// Whether clients outside the cluster may reach it; only then does the external traffic policy apply.
    package var acceptsExternalTraffic: Bool {
        kind == .nodePort || kind == .loadBalancer || !externalIPs.isEmpty
    }

    /// The requests of each port in each IP family of the Service; none for one that is not routed.
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

/// What one port of a Service asks for in one IP family, before conflicts with other Services are settled.
package struct RouteRequest: Sendable, Hashable {
    /// A frontend with an address of its own.
    package struct Address: Sendable, Hashable {
        package var kind: Frontend.Kind
        package var address: IPAddress
        package var port: UInt16
        /// Whether an address of kind `externalIP` is also a load balancer address of the Service.
        package var isAlsoLoadBalancer = false
    }

    package var key: RouteKey
    package var port: ServicePort
    /// The clusterIP first; each address once, without those that cannot be programmed.
    package private(set) var addresses: [Address] = []
    /// The port to open on the node's own addresses.
    package private(set) var nodePort: UInt16?
    /// What was left out, and why.
    package private(set) var problems: [RoutingProblem] = []

    package init(_ service: Service, port: ServicePort, clusterIP: IPAddress) {
        let name = ServicePortName(
            service: service.metadata.namespacedName, port: port.name, transport: port.transport)
        key = RouteKey(name: name, family: clusterIP.family)
        self.port = port
        request(.clusterIP, clusterIP)
        if service.kind == .nodePort || service.kind == .loadBalancer { nodePort = port.nodePort }
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
        if let index = addresses.firstIndex(where: { $0.address == address }) {
            if kind == .loadBalancer, addresses[index].kind == .externalIP {
                addresses[index].isAlsoLoadBalancer = true
            }
            return
        }
        guard let restriction = address.restriction else {
            return addresses.append(Address(kind: kind, address: address, port: port.port))
        }
        let frontend = FrontendAddress(kind: kind, address: address, port: port.port)
        let problem = RoutingProblem(name: key.name, reason: .addressUnusable(frontend, restriction))
        if !problems.contains(problem) { problems.append(problem) }
    }
}
