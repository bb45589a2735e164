package import InternetAddresses

/// The ranges of Services' addresses and ports.
package struct ServiceNetwork: Sendable, Hashable {
    /// The ranges of cluster IPs, one per family, the default family first.
    package var ranges: [ServiceRange]
    package var nodePorts: ClosedRange<Int>

    package init(ranges: [ServiceRange], nodePorts: ClosedRange<Int> = 30000...32767) {
        self.ranges = ranges
        self.nodePorts = nodePorts
    }

    func range(of family: String) -> ServiceRange? {
        ranges.first { $0.network.family.description == family }
    }

    var families: [String] { ranges.map(\.network.family.description) }

    /// The ports that are allocated only once those above are used up, so that static choices stay free: the first 16
    /// to 128, a 32nd of the range.
    var staticNodePorts: Int {
        nodePorts.count < 16 ? 0 : min(max(16, nodePorts.count / 32), 128)
    }
}

/// A range of cluster IPs.
///
/// https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
package struct ServiceRange: Sendable, Hashable {
    package let network: IPNetwork
    /// The number of allocatable addresses, without the network address and the IPv4 broadcast address.
    let count: UInt64

    /// - Returns: `nil` for a network without allocatable addresses.
    package init?(_ network: IPNetwork) {
        self.network = network
        let bits = min(network.family.addressBits - network.prefixLength, 62)
        let size = UInt64(1) << UInt64(bits)
        let reserved: UInt64 = network.family == .ipv4 ? 2 : 1
        guard size > reserved else { return nil }
        count = size - reserved
    }

    /// The address at a position, starting at 0.
    func address(at position: UInt64) -> IPAddress {
        switch network.family {
        case .ipv4: IPAddress(ipv4: network.address.ipv4Bits + UInt32(truncatingIfNeeded: position + 1))
        case .ipv6:
            IPAddress(ipv6High: network.address.ipv6Bits.high, low: network.address.ipv6Bits.low + position + 1)
        }
    }

    /// Whether an address is allocatable.
    func offers(_ address: IPAddress) -> Bool {
        guard network.contains(address), address != network.address else { return false }
        return address.family == .ipv6 || address != network.lastAddress
    }

    /// The addresses that are allocated only once those above are used up: the first 16 to 256, a 16th of the range.
    var staticCount: UInt64 { count < 16 ? 0 : min(max(16, count / 16), 256) }
}
