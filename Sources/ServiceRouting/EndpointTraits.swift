import KubernetesAPI

/// The properties of an endpoint that decide whether a node uses it.
package struct EndpointTraits: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let ready = EndpointTraits(rawValue: 1)
    package static let serving = EndpointTraits(rawValue: 2)
    package static let terminating = EndpointTraits(rawValue: 4)
    /// It runs on this node.
    package static let local = EndpointTraits(rawValue: 8)
    package static let hasNodeHints = EndpointTraits(rawValue: 16)
    package static let hintedForThisNode = EndpointTraits(rawValue: 32)
    package static let hasZoneHints = EndpointTraits(rawValue: 64)
    package static let hintedForThisZone = EndpointTraits(rawValue: 128)

    init(_ endpoint: Endpoint, on node: RoutingNode) {
        var traits: EndpointTraits = []
        if endpoint.conditions.contains(.ready) { traits.insert(.ready) }
        if endpoint.conditions.contains(.serving) { traits.insert(.serving) }
        if endpoint.conditions.contains(.terminating) { traits.insert(.terminating) }
        if endpoint.nodeName == node.name { traits.insert(.local) }
        if !endpoint.nodeHints.isEmpty {
            traits.insert(.hasNodeHints)
            if endpoint.nodeHints.contains(node.name) { traits.insert(.hintedForThisNode) }
        }
        if !endpoint.zoneHints.isEmpty {
            traits.insert(.hasZoneHints)
            if let zone = node.zone, endpoint.zoneHints.contains(zone) { traits.insert(.hintedForThisZone) }
        }
        self = traits
    }

    /// What the endpoint can be used for.
    package var use: EndpointUse {
        if contains(.ready) { return .ready }
        return contains(.serving) && contains(.terminating) ? .draining : .none
    }

    /// Whether its existing connections may continue.
    package var serves: Bool { contains(.ready) || contains(.serving) }

    /// The order in which endpoints that share an address and port count: a terminating Pod's address may belong to a
    /// new Pod already, on another node, before the old object is gone.
    func goesBefore(_ other: EndpointTraits) -> Bool { preference > other.preference }

    /// By condition first; the rest is compared too, so that the order of slices does not matter.
    private var preference: Int {
        (contains(.terminating) ? 0 : 1024) + (contains(.ready) ? 512 : 0) + (contains(.serving) ? 256 : 0)
            + (contains(.local) ? 128 : 0) + Int(intersection([.hasNodeHints, .hintedForThisNode]).rawValue)
            + Int(intersection([.hasZoneHints, .hintedForThisZone]).rawValue >> 4)
    }
}

/// What an endpoint can be used for.
package enum EndpointUse: Sendable, Hashable {
    case none
    /// It takes new connections.
    case ready
    /// It is terminating but still serves: the last resort.
    case draining
}
