package import InternetAddresses
package import KubernetesAPI

/// The properties of the node that routing depends on.
struct RoutingNode: Sendable, Hashable {
    let name: String
    /// `nil` while the Node has not been seen, and if it has no zone.
    var zone: String?
    /// One address for each IP family that the Node has, IPv4 first; empty while the Node has not been seen.
    var primaryAddresses: [IPAddress]

    init(name: String, zone: String? = nil, primaryAddresses: [IPAddress] = []) {
        self.name = name
        self.zone = zone
        self.primaryAddresses = primaryAddresses
    }

    init(_ node: Node) {
        self.init(name: node.name, zone: node.zone, primaryAddresses: node.primaryAddresses)
    }
}

extension Node {
    /// The first InternalIP of each family, or else the first ExternalIP of that family.
    package var primaryAddresses: [IPAddress] {
        [IPFamily.ipv4, .ipv6].compactMap { family in
            internalIPs.first { $0.family == family } ?? externalIPs.first { $0.family == family }
        }
    }
}
