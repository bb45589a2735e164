package import InternetAddresses

/// Where Services get their addresses and ports from.
package struct ServiceNetwork: Sendable, Hashable {
    /// The ranges of cluster IPs, the default family first; one for each family.
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

    /// Ports that are given out only once those above are used up, so that ports which people choose stay free: the
    /// first 16 to 128, a 32nd of them.
    var staticNodePorts: Int {
        nodePorts.count < 16 ? 0 : min(max(16, nodePorts.count / 32), 128)
    }
}

/// A range of cluster IPs.
///
/// https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
package struct ServiceRange: Sendable, Hashable {
    package let network: IPNetwork
    /// How many addresses can be given out; the address of the network, and the broadcast address of IPv4, cannot.
    let count: UInt64

    /// - Returns: `nil` for a network that has no address to give.
    package init?(_ network: IPNetwork) {
        self.network = network
        let bits = min(network.family.addressBits - network.prefixLength, 62)
        let size = UInt64(1) << UInt64(bits)
        let reserved: UInt64 = network.family == .ipv4 ? 2 : 1
        guard size > reserved else { return nil }
        count = size - reserved
    }

    /// The address at a position that begins with 0.
    func address(at position: UInt64) -> IPAddress {
        switch network.family {
        case .ipv4: IPAddress(ipv4: network.address.ipv4Bits + UInt32(truncatingIfNeeded: position + 1))
        case .ipv6:
            IPAddress(ipv6High: network.address.ipv6Bits.high, low: network.address.ipv6Bits.low + position + 1)
        }
    }

    /// Whether an address is one that can be given out.
    func offers(_ address: IPAddress) -> Bool {
        guard network.contains(address), address != network.address else { return false }
        return address.family == .ipv6 || address != network.lastAddress
    }

    /// The first addresses, which are given out only once those above are used up: the first 16 to 256, a 16th of them.
    var staticCount: UInt64 { count < 16 ? 0 : min(max(16, count / 16), 256) }
}
