import InternetAddresses
import KubernetesAPI

/// The endpoints that a node uses for one Service port in one IP family.
struct EndpointSelection: Sendable, Hashable {
    /// Which lists are wanted.
    struct Lists: OptionSet, Sendable, Hashable {
        let rawValue: UInt8
        init(rawValue: UInt8) { self.rawValue = rawValue }

        static let cluster = Lists(rawValue: 1)
        static let local = Lists(rawValue: 2)
        static let serving = Lists(rawValue: 4)
        static let readyLocal = Lists(rawValue: 8)
    }

    /// Under policy Cluster: the ready endpoints that topology admits; if none is ready, those that still serve
    /// while terminating.
    private(set) var cluster: [Backend] = []
    /// Under policy Local: the same choice among the node's own endpoints, without regard to hints.
    private(set) var local: [Backend] = []
    /// All serving endpoints, regardless of policy, topology and termination.
    private(set) var serving: [Backend] = []
    /// The addresses of the node's own endpoints that are ready, which load balancers ask for.
    private(set) var readyLocal: [IPAddress] = []
    /// Whether any endpoint of the cluster, on any node, could take a connection.
    private(set) var hasEndpoints = false
    private(set) var topology = Topology.anywhere

    /// Chooses from the slices of a Service; their order does not matter.
    init(
        for port: ServicePort, family: IPFamily, in slices: some Collection<RoutedSlice>, on node: RoutingNode,
        lists: Lists
    ) {
        self.init(EndpointCandidate.all(for: port, family: family, in: slices, on: node), lists: lists)
    }

    /// Chooses from sorted candidates, each address and port once.
    private init(_ candidates: [EndpointCandidate], lists: Lists) {
        let census = EndpointCensus(candidates)
        hasEndpoints = census.all != .none
        topology = census.topology
        if lists.contains(.cluster) {
            cluster = candidates.backends { census.chooses($0.traits) }
        }
        if lists.contains(.local) {
            local = candidates.backends { census.choosesLocally($0.traits) }
        }
        if lists.contains(.readyLocal) {
            for candidate in candidates where candidate.traits.contains(.local) && candidate.traits.use == .ready {
                if readyLocal.last != candidate.address { readyLocal.append(candidate.address) }
            }
        }
        if lists.contains(.serving) {
            let all = candidates.backends(where: \.traits.serves)
            // Nearly always the same list, which is then stored once.
            serving = all == cluster ? cluster : all
        }
    }
}

/// An endpoint of a Service port.
struct EndpointCandidate: Sendable {
    var address: IPAddress
    var port: UInt16
    var traits: EndpointTraits

    var backend: Backend { Backend(address: address, port: port, isLocal: traits.contains(.local)) }

    /// The endpoints of a port, sorted, each address and port once.
    ///
    /// An endpoint belongs to the port if its slice has a port of the same name and protocol; that port's number is
    /// where it listens. Of several with one address and port, the one that is not terminating counts.
    static func all(
        for port: ServicePort, family: IPFamily, in slices: some Collection<RoutedSlice>, on node: RoutingNode
    ) -> [EndpointCandidate] {
        var candidates: [EndpointCandidate] = []
        for slice in slices where slice.addressType.family == family {
            guard let number = slice.number(of: port) else { continue }
            candidates.reserveCapacity(candidates.count + slice.endpoints.count)
            for endpoint in slice.endpoints {
                candidates.append(
                    EndpointCandidate(
                        address: endpoint.address, port: number, traits: EndpointTraits(endpoint, on: node)))
            }
        }
        candidates.sort { ($0.address, $0.port) < ($1.address, $1.port) }
        candidates.mergeDuplicates()
        return candidates
    }
}

extension [EndpointCandidate] {
    /// Of adjacent candidates with the same address and port, keeps the one that counts.
    fileprivate mutating func mergeDuplicates() {
        var kept = 0
        for next in indices.dropFirst() {
            if self[kept].address != self[next].address || self[kept].port != self[next].port {
                kept += 1
                if kept != next { self[kept] = self[next] }
            } else if self[next].traits.goesBefore(self[kept].traits) {
                self[kept] = self[next]
            }
        }
        removeLast(Swift.max(0, count - kept - 1))
    }

    fileprivate func backends(where isChosen: (EndpointCandidate) -> Bool) -> [Backend] {
        let count = self.count(where: isChosen)
        guard count > 0 else { return [] }
        var backends: [Backend] = []
        backends.reserveCapacity(count)
        for candidate in self where isChosen(candidate) { backends.append(candidate.backend) }
        return backends
    }
}

/// The best use of a Service port's endpoints, which decides the ones chosen.
struct EndpointCensus: Sendable {
    /// The best use of any endpoint.
    private(set) var all = EndpointUse.none
    /// The best use of any endpoint on this node.
    private(set) var own = EndpointUse.none
    private(set) var topology = Topology.anywhere

    init(_ candidates: [EndpointCandidate]) {
        var hints = TopologyHints()
        for candidate in candidates {
            let use = candidate.traits.use
            if use == .ready { hints.count(candidate.traits) }
            all = all.better(use)
            if candidate.traits.contains(.local) { own = own.better(use) }
        }
        topology = hints.topology
    }

    /// Whether policy Cluster uses the endpoint. Hints apply to ready endpoints only.
    func chooses(_ traits: EndpointTraits) -> Bool {
        traits.use != .none && traits.use == all && (all != .ready || topology.admits(traits))
    }

    /// Whether policy Local uses the endpoint.
    func choosesLocally(_ traits: EndpointTraits) -> Bool {
        traits.contains(.local) && traits.use != .none && traits.use == own
    }
}

extension EndpointUse {
    fileprivate func better(_ other: EndpointUse) -> EndpointUse {
        if self == .ready || other == .ready { return .ready }
        return self == .draining || other == .draining ? .draining : .none
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
