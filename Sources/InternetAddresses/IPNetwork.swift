/// A network in CIDR notation, such as `10.244.0.0/16`.
package struct IPNetwork: Sendable, Hashable {
    /// The first address; the bits after the prefix are zero.
    package let address: IPAddress
    /// The number of leading bits that all addresses of the network share: at most 32 or 128.
    package let prefixLength: Int

    /// The network of `prefixLength` bits that `address` is in, or `nil` if the length does not fit the family.
    package init?(containing address: IPAddress, prefixLength: Int) {
        guard (0...address.family.addressBits).contains(prefixLength) else { return nil }
        self.address = address.masked(prefixLength: prefixLength)
        self.prefixLength = prefixLength
    }

    package var family: IPFamily { address.family }

    /// The highest address of the network.
    package var lastAddress: IPAddress { address.filled(prefixLength: prefixLength) }

    package func contains(_ other: IPAddress) -> Bool {
        other.family == family && other.masked(prefixLength: prefixLength) == address
    }
}

extension IPNetwork: LosslessStringConvertible {
    /// Reads `ADDRESS/LENGTH`; bits after the prefix are dropped, as Go's `net.ParseCIDR` does.
    package init?(_ description: String) {
        self.init(description) { IPAddress($0) }
    }

    /// Reads every form that the Kubernetes API has ever accepted, as ``IPAddress/init(lenient:)`` does. The prefix
    /// length of an IPv4-mapped network counts from the start of the IPv6 address, so 96 is subtracted.
    package init?(lenient text: String) {
        if let network = IPNetwork(text) {
            self = network
            guard network.address.isIPv4Mapped, network.prefixLength >= 96 else { return }
            self.init(containing: network.address.unmapped, prefixLength: network.prefixLength - 96)
        } else {
            self.init(text) { IPAddress(lenient: $0) }
        }
    }

    private init?(_ text: String, address: (Substring) -> IPAddress?) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = address(parts[0]), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(containing: address, prefixLength: length)
    }

    package var description: String { "\(address)/\(prefixLength)" }
}

extension IPAddress {
    /// The address with all bits after the prefix cleared.
    func masked(prefixLength: Int) -> IPAddress {
        switch family {
        case .ipv4:
            IPAddress(ipv4: UInt32(truncatingIfNeeded: low & ~Self.tail(32 - prefixLength)))
        case .ipv6:
            IPAddress(ipv6High: high & ~Self.tail(64 - prefixLength), low: low & ~Self.tail(128 - prefixLength))
        }
    }

    /// The address with all bits after the prefix set.
    func filled(prefixLength: Int) -> IPAddress {
        switch family {
        case .ipv4:
            IPAddress(ipv4: UInt32(truncatingIfNeeded: low | Self.tail(32 - prefixLength)))
        case .ipv6:
            IPAddress(ipv6High: high | Self.tail(64 - prefixLength), low: low | Self.tail(128 - prefixLength))
        }
    }

    /// A number whose lowest `count` bits are set; none for a negative count, all for 64 and more.
    private static func tail(_ count: Int) -> UInt64 {
        count <= 0 ? 0 : count >= 64 ? .max : (1 << UInt64(count)) - 1
    }
}

extension IPNetwork {
    /// The network that begins and ends with these addresses, or `nil` if the range is not a network.
    package init?(from first: IPAddress, to last: IPAddress) {
        guard first.family == last.family else { return nil }
        for length in stride(from: first.family.addressBits, through: 0, by: -1) {
            guard let network = IPNetwork(containing: first, prefixLength: length) else { return nil }
            guard network.address == first else { return nil }
            if network.lastAddress == last {
                self = network
                return
            }
        }
        return nil
    }
}

extension Collection where Element == IPNetwork {
    /// The same addresses, sorted, without networks contained in others: the kernel's interval sets reject overlaps.
    package var disjoint: [IPNetwork] {
        Set(self).filter { inner in
            !contains { $0.prefixLength < inner.prefixLength && $0.contains(inner.address) }
        }.sorted { $0.address < $1.address }
    }
}
