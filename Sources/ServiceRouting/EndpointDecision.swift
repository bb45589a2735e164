package import InternetAddresses
package import KubernetesAPI

/// How one endpoint of a slice fared when a node chose the backends of a Service port in one IP family.
package struct EndpointDecision: Sendable, Hashable {
    /// The slice that the endpoint is in.
    package var slice: NamespacedName
    package var address: IPAddress
    /// Where it listens; `nil` if it does not listen for the port.
    package var port: UInt16?
    package var nodeName: String
    /// Why policy Cluster does not use it; `nil` if it does.
    package var outOfCluster: EndpointExclusion?
    /// Why policy Local does not use it; `nil` if it does.
    package var outOfLocal: EndpointExclusion?
}

/// Why an endpoint gets no new connections.
package enum EndpointExclusion: Sendable, Hashable {
    /// Its slice has addresses of another type.
    case otherAddressType(EndpointSlice.AddressType)
    /// Its slice has no port with the Service port's name and protocol.
    case noSuchPort(name: String, TransportProtocol)
    /// It is neither ready nor serving while it terminates.
    case notReady(Endpoint.Conditions)
    /// It is terminating but serves, and others are ready.
    case draining
    /// It is hinted for other zones, and endpoints hinted for this node's zone are used.
    case otherZone(hints: [String])
    /// It is hinted for other nodes, and endpoints hinted for this node are used.
    case otherNodeHinted([String])
    /// Policy Local: it runs on another node, or does not say where.
    case onOtherNode(String)
    /// Another endpoint with the same address and port, which is not terminating, takes precedence.
    case addressTakenOver
}

extension EndpointDecision {
    /// All endpoints of the slices, which are in `namespace`, in the order given.
    static func all(
        for port: ServicePort, family: IPFamily, in slices: [RoutedSlice], of namespace: String, on node: RoutingNode
    ) -> [EndpointDecision] {
        let candidates = EndpointCandidate.all(for: port, family: family, in: slices, on: node)
        let census = EndpointCensus(candidates)
        return slices.flatMap { slice in
            slice.endpoints.map { endpoint in
                let traits = EndpointTraits(endpoint, on: node)
                let number = slice.number(of: port)
                var decision = EndpointDecision(
                    slice: NamespacedName(namespace: namespace, name: slice.name), address: endpoint.address,
                    port: number, nodeName: endpoint.nodeName)
                let general =
                    slice.exclusion(for: port, family: family)
                    ?? candidates.exclusion(of: endpoint.address, number, traits)
                    ?? (traits.use == .none ? .notReady(endpoint.conditions) : nil)
                decision.outOfCluster = general ?? census.clusterExclusion(of: endpoint, traits)
                decision.outOfLocal = general ?? census.localExclusion(of: endpoint, traits)
                return decision
            }
        }
    }
}

extension RoutedSlice {
    fileprivate func exclusion(for port: ServicePort, family: IPFamily) -> EndpointExclusion? {
        if addressType.family != family { return .otherAddressType(addressType) }
        return number(of: port) == nil ? .noSuchPort(name: port.name, port.transport) : nil
    }
}

extension [EndpointCandidate] {
    /// Whether another endpoint takes precedence over this one.
    fileprivate func exclusion(of address: IPAddress, _ port: UInt16?, _ traits: EndpointTraits) -> EndpointExclusion? {
        let winner = first { $0.address == address && $0.port == port }
        return winner?.traits == traits ? nil : .addressTakenOver
    }
}

extension EndpointCensus {
    fileprivate func clusterExclusion(of endpoint: Endpoint, _ traits: EndpointTraits) -> EndpointExclusion? {
        if chooses(traits) { return nil }
        if traits.use != all { return .draining }
        return topology == .sameNode
            ? .otherNodeHinted(endpoint.nodeHints) : .otherZone(hints: endpoint.zoneHints)
    }

    fileprivate func localExclusion(of endpoint: Endpoint, _ traits: EndpointTraits) -> EndpointExclusion? {
        if choosesLocally(traits) { return nil }
        return traits.contains(.local) ? .draining : .onOtherNode(endpoint.nodeName)
    }
}
