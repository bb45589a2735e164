package import InternetAddresses
package import KubernetesAPI

/// The endpoints that a node uses for one Service port in one IP family.
package struct EndpointSelection: Sendable, Hashable {
    /// Whose backends somebody asks for.
    package struct Policies: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let cluster = Policies(rawValue: 1)
        package static let local = Policies(rawValue: 2)
    }

    /// Under policy Cluster: the ready endpoints that topology admits; if no endpoint is ready, those that still serve
    /// while they terminate.
    package private(set) var cluster: [Backend] = []
    /// Under policy Local: the same choice among the node's own endpoints, without regard to hints.
    package private(set) var local: [Backend] = []
    /// Whether any endpoint of the cluster could take a connection, on whichever node it runs.
    package private(set) var hasEndpoints = false
    package private(set) var topology = Topology.anywhere

    /// Chooses from the slices of a Service; their order does not matter.
    ///
    /// An endpoint belongs to the port if its slice has a port of the same name and protocol; that port's number is
    /// where it listens. An address and port that several slices name is one backend, and usable if one of them says so.
    package init(
        for port: ServicePort, family: IPFamily, in slices: some Collection<EndpointSlice>, on node: RoutingNode,
        policies: Policies
    ) {
        var all = Census()
        var own = Census()
        Self.visit(slices, port: port, family: family) { endpoint, _ in
            let use = endpoint.use
            guard use != .none else { return }
            all.count(endpoint, use, on: node)
            if policies.contains(.local), endpoint.nodeName == node.name { own.count(endpoint, use, on: node) }
        }
        hasEndpoints = all.usable > 0
        topology = all.hints.topology

        if policies.contains(.cluster) {
            cluster.reserveCapacity(all.use == .ready ? all.hints.admitted : all.draining)
            Self.visit(slices, port: port, family: family) { endpoint, number in
                guard endpoint.use == all.use, all.use != .ready || topology.admits(endpoint, on: node) else { return }
                cluster.append(Backend(endpoint, port: number, on: node))
            }
            cluster.sortAndMerge()
        }
        if own.usable > 0 {
            local.reserveCapacity(own.use == .ready ? own.hints.endpoints : own.draining)
            Self.visit(slices, port: port, family: family) { endpoint, number in
                guard endpoint.use == own.use, endpoint.nodeName == node.name else { return }
                local.append(Backend(endpoint, port: number, on: node))
            }
            local.sortAndMerge()
        }
    }

    /// Calls `body` with each endpoint behind the port, and the number of the port there.
    private static func visit(
        _ slices: some Collection<EndpointSlice>, port: ServicePort, family: IPFamily,
        _ body: (Endpoint, UInt16) -> Void
    ) {
        for slice in slices where slice.addressType.family == family {
            let match = slice.ports.first { $0.name == port.name && $0.transport == port.transport }
            guard let number = match?.port else { continue }
            for endpoint in slice.endpoints { body(endpoint, number) }
        }
    }
}

/// How many endpoints there are of either use; ready ones go first.
private struct Census {
    var hints = TopologyHints()
    var draining = 0

    var usable: Int { hints.endpoints + draining }
    /// Which endpoints are used: the draining ones only if none is ready.
    var use: EndpointUse { hints.endpoints > 0 ? .ready : .draining }

    mutating func count(_ endpoint: Endpoint, _ use: EndpointUse, on node: RoutingNode) {
        if use == .ready { hints.count(endpoint, on: node) } else { draining += 1 }
    }
}

/// What an endpoint is good for.
package enum EndpointUse: Sendable, Hashable {
    case none
    /// It takes new connections.
    case ready
    /// It goes away, and still serves: the last resort.
    case draining
}

extension Endpoint {
    package var use: EndpointUse {
        if conditions.contains(.ready) { return .ready }
        return conditions.contains(.serving) && conditions.contains(.terminating) ? .draining : .none
    }
}

extension EndpointSlice.AddressType {
    /// `nil` for names, which cannot be programmed.
    var family: IPFamily? {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .fqdn: nil
        }
    }
}

extension Backend {
    fileprivate init(_ endpoint: Endpoint, port: UInt16, on node: RoutingNode) {
        self.init(address: endpoint.address, port: port, isLocal: endpoint.nodeName == node.name)
    }
}

extension [Backend] {
    /// Sorts, and makes one backend of those with the same address and port: local if any of them is.
    fileprivate mutating func sortAndMerge() {
        sort()
        var kept = 0
        for next in indices.dropFirst() {
            if self[kept] < self[next] {
                kept += 1
                self[kept] = self[next]
            } else if self[next].isLocal {
                self[kept].isLocal = true
            }
        }
        removeLast(Swift.max(0, count - kept - 1))
    }
}
