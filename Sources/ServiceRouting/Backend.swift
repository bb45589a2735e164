package import InternetAddresses

/// A chosen endpoint: where a connection to a Service port may be sent.
package struct Backend: Sendable, Hashable {
    package var address: IPAddress
    package var port: UInt16
    /// Whether it runs on this node.
    package var isLocal: Bool

    package init(address: IPAddress, port: UInt16, isLocal: Bool = false) {
        self.address = address
        self.port = port
        self.isLocal = isLocal
    }
}

extension Backend: Comparable, CustomStringConvertible {
    /// By address, then by port.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.address, lhs.port) < (rhs.address, rhs.port)
    }

    /// `10.244.0.5:8080` or `[fd00::5]:8080`.
    package var description: String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
