/// An IPv4 or IPv6 address, as a plain value of 17 bytes.
///
/// A node holds millions of these, so there is no heap storage and no text, and words are 32 bits wide to waste
/// little on alignment.
package struct IPAddress: Sendable, Hashable {
    /// Bits 127 to 0 of an IPv6 address, the highest first; an IPv4 address is in the last word.
    private let words: Words
    package let family: IPFamily

    private struct Words: Hashable {
        var first: UInt32
        var second: UInt32
        var third: UInt32
        var fourth: UInt32
    }

    /// The upper 64 bits of an IPv6 address; zero for IPv4.
    var high: UInt64 { UInt64(words.first) << 32 | UInt64(words.second) }
    /// The lower 64 bits of an IPv6 address; an IPv4 address is in the lowest 32 bits.
    var low: UInt64 { UInt64(words.third) << 32 | UInt64(words.fourth) }

    private init(_ family: IPFamily, high: UInt64, low: UInt64) {
        self.family = family
        words = Words(
            first: UInt32(truncatingIfNeeded: high >> 32), second: UInt32(truncatingIfNeeded: high),
            third: UInt32(truncatingIfNeeded: low >> 32), fourth: UInt32(truncatingIfNeeded: low))
    }

    /// An IPv4 address from its 32 bits in host order: `0x0A000001` is 10.0.0.1.
    package init(ipv4 bits: UInt32) {
        self.init(.ipv4, high: 0, low: UInt64(bits))
    }

    /// An IPv6 address from its upper and lower 64 bits in host order.
    package init(ipv6High high: UInt64, low: UInt64) {
        self.init(.ipv6, high: high, low: low)
    }

    /// An address from its bytes in network order: four for IPv4, sixteen for IPv6, `nil` for any other count.
    package init?(networkBytes bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4:
            self.init(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                ipv6High: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default:
            return nil
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
    }

    /// The address as four (IPv4) or sixteen (IPv6) bytes in network order.
    package var networkBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(family.addressBits / 8)
        appendNetworkBytes(to: &bytes)
        return bytes
    }

    /// Appends the address in network order, without allocating an array.
    package func appendNetworkBytes(to bytes: inout [UInt8]) {
        if family == .ipv6 {
            withUnsafeBytes(of: high.bigEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: low.bigEndian) { bytes.append(contentsOf: $0) }
        } else {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: low).bigEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// An IPv4 address as 32 bits in host order; the lowest 32 bits of an IPv6 address.
    package var ipv4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// An IPv6 address as two 64-bit words in host order.
    package var ipv6Bits: (high: UInt64, low: UInt64) { (high, low) }

    /// 0.0.0.0 or ::, which no client can connect to.
    package var isUnspecified: Bool { high == 0 && low == 0 }

    /// 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1
    }

    /// 169.254.0.0/16 or fe80::/10, which are valid on one link only.
    package var isLinkLocal: Bool {
        family == .ipv4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA
    }

    /// 224.0.0.0/4 or ff00::/8.
    package var isMulticast: Bool {
        family == .ipv4 ? low >> 28 == 0xE : high >> 56 == 0xFF
    }

    /// 224.0.0.0/24 or ff02::/16.
    package var isLinkLocalMulticast: Bool {
        family == .ipv4 ? low >> 8 == 0xE00000 : high >> 48 == 0xFF02
    }

    /// ::ffff:0:0/96: an IPv4-mapped address (RFC 4291, 2.5.5.2).
    package var isIPv4Mapped: Bool {
        family == .ipv6 && high == 0 && low >> 32 == 0xFFFF
    }

    /// The IPv4 address inside an IPv4-mapped one; any other address unchanged.
    package var unmapped: IPAddress { isIPv4Mapped ? IPAddress(ipv4: ipv4Bits) : self }

    /// Why only one host or link can use an address.
    package enum SpecialUse: String, Sendable, Hashable, CustomStringConvertible {
        case unspecified = "the unspecified address"
        case loopback = "a loopback address"
        case linkLocal = "a link-local address"
        case linkLocalMulticast = "a link-local multicast address"

        package var description: String { rawValue }
    }

    /// What limits the address to one host or link; `nil` if others can reach it.
    package var specialUse: SpecialUse? {
        if isUnspecified { return .unspecified }
        if isLoopback { return .loopback }
        if isLinkLocal { return .linkLocal }
        return isLinkLocalMulticast ? .linkLocalMulticast : nil
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.family.rawValue, lhs.high, lhs.low) < (rhs.family.rawValue, rhs.high, rhs.low)
    }
}
