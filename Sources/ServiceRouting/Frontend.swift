package import InternetAddresses

/// An address that clients of a Service port use.
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
    /// `nil` for a node port, which is open on all of the node's own node-port addresses.
    package var address: IPAddress?
    package var port: UInt16

    package init(kind: Kind, address: IPAddress?, port: UInt16) {
        self.kind = kind
        self.address = address
        self.port = port
    }
}

extension Frontend: CustomStringConvertible {
    /// `clusterIP 10.96.0.10:53`, `externalIP [2001:db8::1]:443` or `nodePort 30080`.
    package var description: String {
        guard let address else { return "\(kind) \(port)" }
        return address.family == .ipv6 ? "\(kind) [\(address)]:\(port)" : "\(kind) \(address):\(port)"
    }
}
