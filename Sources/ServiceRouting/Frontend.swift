package import InternetAddresses

/// An address and port that clients use to reach a Service, and how their connections are handled.
///
/// Conflicts between Services have been settled: no two routes have a frontend with the same address,
/// port and protocol.
package struct Frontend: Sendable, Hashable {
    package enum Kind: UInt8, Sendable, Hashable, CaseIterable, Comparable {
        case clusterIP
        case nodePort
        case externalIP
        case loadBalancer

        /// Whether clients outside the cluster use it: the external traffic policy applies, not the internal one.
        package var isExternal: Bool { self != .clusterIP }

        package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    package var kind: Kind
    /// Whether an address of kind `externalIP` is also one of the Service's load balancer addresses. It is treated as a
    /// load balancer address.
    package var isAlsoLoadBalancer: Bool
    /// `nil` for a node port that is open on every address of the node, including those that it gets later.
    package var address: IPAddress?
    package var port: UInt16
    /// Where connections from the node's own pods and from the node itself go.
    package var inside: Destination
    /// Where all other connections go.
    package var outside: Destination
    package var masquerade: Masquerade
    package var admission: Admission

    package init(
        kind: Kind, address: IPAddress?, port: UInt16, isAlsoLoadBalancer: Bool = false,
        inside: Destination = .clusterBackends, outside: Destination? = nil, masquerade: Masquerade? = nil,
        admission: Admission = .everyone
    ) {
        self.kind = kind
        self.isAlsoLoadBalancer = isAlsoLoadBalancer
        self.address = address
        self.port = port
        self.inside = inside
        self.outside = outside ?? inside
        self.masquerade = masquerade ?? (kind.isExternal ? .everyone : .clientsOutsidePodNetwork)
        self.admission = admission
    }

    /// The frontend without its treatment.
    package var identity: FrontendAddress { FrontendAddress(kind: kind, address: address, port: port) }
}

/// Where a new connection goes.
package enum Destination: UInt8, Sendable, Hashable, CaseIterable {
    /// To one of ``ServicePortRoute/clusterBackends``.
    case clusterBackends
    /// To one of ``ServicePortRoute/localBackends``.
    case localBackends
    /// Nowhere; it is refused immediately with a TCP reset or ICMP port unreachable: the Service has no
    /// endpoint anywhere.
    case refuse
    /// Nowhere; its packets are dropped: there are endpoints, but policy Local keeps this node from using them.
    case drop

    /// Whether connections reach a backend.
    package var isServed: Bool { self == .clusterBackends || self == .localBackends }
}

/// Which connections get an address of the node as their source. Those from a pod to itself (hairpin) always do.
package enum Masquerade: UInt8, Sendable, Hashable, CaseIterable {
    /// Those of clients that are not known to be in the pod network.
    case clientsOutsidePodNetwork
    /// Those from this node itself: it may have chosen any of its addresses as the source.
    case thisNode
    /// All.
    case everyone
}

/// Whose connections a frontend accepts; those of others are dropped.
package enum Admission: UInt8, Sendable, Hashable, CaseIterable {
    case everyone
    /// Those from ``ServicePortRoute/sourceRanges``.
    case sourceRanges
    /// Also those from the frontend's own address: if a load balancer's address is bound to the node, the node connects
    /// to it from that address, and the ranges admit the node.
    case sourceRangesAndItself
}

/// A frontend's identity, for messages: `clusterIP 10.96.0.10:53`.
package struct FrontendAddress: Sendable, Hashable {
    package var kind: Frontend.Kind
    package var address: IPAddress?
    package var port: UInt16

    package init(kind: Frontend.Kind, address: IPAddress?, port: UInt16) {
        self.kind = kind
        self.address = address
        self.port = port
    }
}

extension FrontendAddress: CustomStringConvertible {
    /// `clusterIP 10.96.0.10:53`, `externalIP [2001:db8::1]:443` or `nodePort 30080`.
    package var description: String {
        guard let address else { return "\(kind) \(port)" }
        return address.family == .ipv6 ? "\(kind) [\(address)]:\(port)" : "\(kind) \(address):\(port)"
    }
}

extension Frontend: CustomStringConvertible {
    /// As of ``FrontendAddress``.
    package var description: String { "\(identity)" }
}
