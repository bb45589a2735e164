import InternetAddresses
import NFTables

/// The networks of the pods, as the elements of an interval set: each begins a range, and another ends it.
struct PodNetworks: Sendable, Hashable {
    var networks: [IPNetwork]

    init(_ networks: [IPNetwork]) {
        self.networks = networks.disjoint
    }

    /// Reads back what the kernel tells: starts of ranges, and the first addresses behind them.
    init(bounds: [(address: IPAddress, isEnd: Bool)], _ family: IPFamily) {
        let addresses = bounds.map(\.address).sorted()
        let networks = bounds.filter { !$0.isEnd }.compactMap { start -> IPNetwork? in
            let end = addresses.first { $0 > start.address }
            return (0...family.addressBits).lazy
                .compactMap { IPNetwork(containing: start.address, prefixLength: $0) }
                .first { $0.address == start.address && $0.nextAddress == end }
        }
        self.init(networks)
    }
}

extension IPNetwork {
    /// The first address behind the network, or `nil` when it reaches to the end of the address space.
    var nextAddress: IPAddress? {
        let last = lastAddress
        switch family {
        case .ipv4:
            return last.ipv4Bits == .max ? nil : IPAddress(ipv4: last.ipv4Bits + 1)
        case .ipv6:
            let (high, low) = last.ipv6Bits
            if low < .max { return IPAddress(ipv6High: high, low: low + 1) }
            return high < .max ? IPAddress(ipv6High: high + 1, low: 0) : nil
        }
    }
}

extension Transaction {
    /// `nft add element ip servicelet pod-networks { 10.244.0.0/16 }`
    mutating func add(_ pods: PodNetworks, to table: Table) {
        for network in pods.networks {
            addElement(to: Layout.podNetworks.name, of: table) { $0.key { $0.address(network.address) } }
            // Also where another network begins: two beginnings in a row are an overlap to the kernel.
            guard let next = network.nextAddress else { continue }
            addElement(to: Layout.podNetworks.name, of: table) { element in
                element.key { $0.address(next) }
                element.endsInterval()
            }
        }
    }
}
