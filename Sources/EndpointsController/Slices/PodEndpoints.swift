import InternetAddresses

extension SliceReconciliation {
    /// Endpoints with the same ports, which slices state once.
    struct PortGroup {
        var ports: [SlicePort]
        var endpoints = DesiredEndpoints()
    }

    /// The endpoints that slices of one family should hold, by ports.
    func desired(_ family: IPFamily, _ observed: Observation, _ podsWithoutNode: inout [PodView]) -> [PortGroup] {
        var groups: [PortGroup] = []
        var positions: [Set<SlicePort>: Int] = [:]
        for pod in observed.pods where pod.canBeEndpoint {
            let ports = Self.ports(of: pod, for: observed.service)
            // Pods without an address of this family also form a group, which decides whether a placeholder is due.
            let position = positions[Set(ports)] ?? groups.count
            if position == groups.count {
                groups.append(PortGroup(ports: ports))
                positions[Set(ports)] = position
            }
            let node = observed.nodes[pod.nodeName]
            guard node != nil || observed.service.publishesNotReadyAddresses else {
                if !podsWithoutNode.contains(where: { $0.name == pod.name }) { podsWithoutNode.append(pod) }
                continue
            }
            if let endpoint = SliceEndpoint(pod, node, observed.service, family) {
                groups[position].endpoints.insert(endpoint)
            }
        }
        return groups
    }

    /// The Service's ports on the Pod, without those that it lacks.
    private static func ports(of pod: PodView, for service: ServiceView) -> [SlicePort] {
        service.ports.compactMap { port in
            pod.number(of: port).map {
                SlicePort(name: port.name, transport: port.transport, number: $0, appProtocol: port.appProtocol)
            }
        }
    }
}

extension SliceEndpoint {
    /// `nil` for a Pod without an address of the family.
    fileprivate init?(_ pod: PodView, _ node: NodeView?, _ service: ServiceView, _ family: IPFamily) {
        let addresses = pod.addresses.filter { IPFamily(ofAddress: $0) == family }
        guard !addresses.isEmpty else { return nil }
        self.init(addresses: addresses)
        isReady = service.publishesNotReadyAddresses || (pod.isReady && !pod.isBeingDeleted)
        isServing = pod.isReady
        isTerminating = pod.isBeingDeleted
        if pod.isNamed(below: service) { hostname = pod.hostname }
        if !pod.nodeName.isEmpty { nodeName = pod.nodeName }
        if let node, !node.zone.isEmpty { zone = node.zone }
        target = TargetReference(pod: pod)
    }
}
