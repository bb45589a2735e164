/// The transport protocols that a Service port may use; the raw value is the IANA protocol number.
package enum TransportProtocol: UInt8, Sendable, Hashable, CaseIterable {
    case tcp = 6
    case udp = 17
    case sctp = 132
}

extension TransportProtocol: LosslessStringConvertible {
    /// Reads the name that Kubernetes uses: `TCP`, `UDP` or `SCTP`, in upper case.
    package init?(_ description: String) {
        switch description {
        case "TCP": self = .tcp
        case "UDP": self = .udp
        case "SCTP": self = .sctp
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .tcp: "TCP"
        case .udp: "UDP"
        case .sctp: "SCTP"
        }
    }

    /// The lower-case name that kernel tools use: `tcp`, `udp` or `sctp`.
    package var lowercased: String {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        case .sctp: "sctp"
        }
    }
}

extension TransportProtocol: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
