/// The two versions of the Internet Protocol that Services are offered over.
package enum IPFamily: UInt8, Sendable, Hashable, CaseIterable {
    case ipv4 = 4
    case ipv6 = 6

    /// The width of an address, in bits.
    package var addressBits: Int { self == .ipv4 ? 32 : 128 }
}

extension IPFamily: CustomStringConvertible {
    /// The name that Kubernetes uses in `spec.ipFamilies` and `addressType`: `IPv4` or `IPv6`.
    package var description: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
