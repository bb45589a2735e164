/// Where an endpoint runs and which clients it is meant for.
///
/// Immutable and shared: the endpoints of a slice on one node nearly always have the same placement, so an endpoint
/// holds an 8-byte reference instead of three strings and two lists.
package final class Placement: Sendable {
    /// Empty if the endpoint names no node.
    package let nodeName: String
    /// Empty if the endpoint names no zone.
    package let zone: String
    /// `hints.forZones[].name`
    package let zoneHints: [String]
    /// `hints.forNodes[].name`
    package let nodeHints: [String]
    /// The endpoint's name below its Service's; empty if it has none.
    package let hostname: String

    /// No node, no zone, no hints, no name.
    package static let unknown = Placement()

    package init(
        nodeName: String = "", zone: String = "", zoneHints: [String] = [], nodeHints: [String] = [],
        hostname: String = ""
    ) {
        self.nodeName = nodeName
        self.zone = zone
        self.zoneHints = zoneHints
        self.nodeHints = nodeHints
        self.hostname = hostname
    }
}

extension Placement: Hashable {
    package static func == (lhs: Placement, rhs: Placement) -> Bool {
        lhs === rhs
            || lhs.nodeName == rhs.nodeName && lhs.zone == rhs.zone && lhs.zoneHints == rhs.zoneHints
                && lhs.nodeHints == rhs.nodeHints && lhs.hostname == rhs.hostname
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(nodeName)
        hasher.combine(hostname)
    }
}
