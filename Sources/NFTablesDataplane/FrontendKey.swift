import InternetAddresses

/// An address, protocol and port of connections: the kernel's lookup key. A node port has one for each of
/// the node's addresses.
struct FrontendKey: Sendable, Hashable {
    var address: IPAddress
    var port: UInt16
    var transport: TransportProtocol
}

extension FrontendKey: Comparable, CustomStringConvertible {
    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.address, lhs.port, lhs.transport) < (rhs.address, rhs.port, rhs.transport)
    }

    /// As `nft` writes the key: `10.96.0.5 . tcp . 80`.
    var description: String { "\(address) . \(transport.lowercased) . \(port)" }
}
