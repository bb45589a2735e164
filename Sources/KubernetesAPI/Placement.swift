/// Where an endpoint runs and which clients it is meant for.
///
/// Immutable and shared: all endpoints of a slice that run on one node nearly always have the same, so an endpoint
/// holds a reference of 8 bytes instead of three texts and two lists.
package final class Placement: Sendable {
    /// Empty where the endpoint names no node.
    package let nodeName: String
    /// Empty where the endpoint names no zone.
    package let zone: String
    /// `hints.forZones[].name`
    package let zoneHints: [String]
    /// `hints.forNodes[].name`
    package let nodeHints: [String]
    /// The name of the endpoint below that of its Service; empty where it has none.
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
