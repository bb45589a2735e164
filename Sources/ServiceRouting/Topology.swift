/// Which of the ready endpoints a node uses under traffic policy Cluster.
///
/// See https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution.
package enum Topology: Sendable, Hashable {
    /// All of them: some endpoint lacks hints, or none is for this node.
    case anywhere
    /// Those hinted for the node's zone.
    case sameZone
    /// Those hinted for the node itself.
    case sameNode

    /// Whether a ready endpoint is used.
    package func admits(_ traits: EndpointTraits) -> Bool {
        switch self {
        case .anywhere: true
        case .sameZone: traits.contains(.hintedForThisZone)
        case .sameNode: traits.contains(.hintedForThisNode)
        }
    }
}

/// The hints of the ready endpoints of a Service port, counted: they hold for all endpoints or for none.
package struct TopologyHints: Sendable, Hashable {
    package private(set) var endpoints = 0
    private var withNodeHints = 0
    private var forThisNode = 0
    private var withZoneHints = 0
    private var forThisZone = 0

    package init() {}

    /// Counts the hints of one more ready endpoint.
    package mutating func count(_ traits: EndpointTraits) {
        endpoints += 1
        if traits.contains(.hasNodeHints) { withNodeHints += 1 }
        if traits.contains(.hintedForThisNode) { forThisNode += 1 }
        if traits.contains(.hasZoneHints) { withZoneHints += 1 }
        if traits.contains(.hintedForThisZone) { forThisZone += 1 }
    }

    /// The resulting choice. A hint for the node takes precedence over one for its zone.
    package var topology: Topology {
        if withNodeHints == endpoints, forThisNode > 0 { return .sameNode }
        if withZoneHints == endpoints, forThisZone > 0 { return .sameZone }
        return .anywhere
    }
}
