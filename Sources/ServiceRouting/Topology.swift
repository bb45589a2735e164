package import KubernetesAPI

/// Which of the ready endpoints a node uses under traffic policy Cluster.
///
/// See https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution.
package enum Topology: Sendable, Hashable {
    /// All of them: hints are missing somewhere, or none is for this node.
    case anywhere
    /// Those hinted for the node's zone.
    case sameZone
    /// Those hinted for the node itself.
    case sameNode

    /// Whether a ready endpoint is one of those.
    package func admits(_ endpoint: Endpoint, on node: RoutingNode) -> Bool {
        switch self {
        case .anywhere: true
        case .sameZone: endpoint.isHintedForZone(of: node)
        case .sameNode: endpoint.isHinted(for: node)
        }
    }
}

/// The hints of the ready endpoints of a Service port, counted: they hold for all endpoints or for none.
package struct TopologyHints: Sendable, Hashable {
    package private(set) var endpoints = 0
    package private(set) var withNodeHints = 0
    package private(set) var forThisNode = 0
    package private(set) var withZoneHints = 0
    package private(set) var forThisZone = 0

    package init() {}

    /// Counts the hints of one more ready endpoint.
    package mutating func count(_ endpoint: Endpoint, on node: RoutingNode) {
        endpoints += 1
        if !endpoint.nodeHints.isEmpty {
            withNodeHints += 1
            if endpoint.isHinted(for: node) { forThisNode += 1 }
        }
        if !endpoint.zoneHints.isEmpty {
            withZoneHints += 1
            if endpoint.isHintedForZone(of: node) { forThisZone += 1 }
        }
    }

    /// What the hints amount to. A hint for the node goes before one for its zone.
    package var topology: Topology {
        if withNodeHints == endpoints, forThisNode > 0 { return .sameNode }
        if withZoneHints == endpoints, forThisZone > 0 { return .sameZone }
        return .anywhere
    }

    /// How many endpoints ``topology`` admits; never 0 while there are any.
    package var admitted: Int {
        switch topology {
        case .anywhere: endpoints
        case .sameZone: forThisZone
        case .sameNode: forThisNode
        }
    }
}

extension Endpoint {
    fileprivate func isHinted(for node: RoutingNode) -> Bool { nodeHints.contains(node.name) }

    fileprivate func isHintedForZone(of node: RoutingNode) -> Bool {
        guard let zone = node.zone else { return false }
        return zoneHints.contains(zone)
    }
}
