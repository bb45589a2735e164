package import InternetAddresses

/// Which of the node's addresses node ports are open on (`--nodeport-addresses`).
package struct NodePortPolicy: Sendable, Hashable {
    package enum Extent: Sendable, Hashable {
        /// The Node's primary address of each IP family.
        case primary
        /// The machine's addresses in these networks; in an IP family without a network, all of them.
        case networks([IPNetwork])
        /// The Node's primary addresses, and those of the machine's addresses that are in these networks.
        case primaryAnd([IPNetwork])

        /// Whether the Node's own addresses are needed.
        package var includesPrimary: Bool { if case .networks = self { false } else { true } }
    }

    package var extent: Extent
    /// Whether loopback addresses count, where ``extent`` names them.
    package var admitsLoopback: Bool
    /// Whether "all addresses" includes those that the machine gets later, because the mode matches any local address;
    /// otherwise it means the current ones.
    package var isOpenEnded: Bool

    package init(_ extent: Extent, admitsLoopback: Bool = false, isOpenEnded: Bool = false) {
        self.extent = extent
        self.admitsLoopback = admitsLoopback
        self.isOpenEnded = isOpenEnded
    }

    /// Node ports on the Node's primary addresses.
    package static let primary = NodePortPolicy(.primary)
    /// Node ports on every address, including those that the machine gets later.
    package static let everyAddress = NodePortPolicy(.networks([]), isOpenEnded: true)

    /// Whether node ports are open on the loopback addresses of a family.
    package func opensLoopback(_ family: IPFamily) -> Bool {
        let loopback = family == .ipv4 ? IPAddress(ipv4: 0x7F00_0001) : IPAddress(ipv6High: 0, low: 1)
        let open = addresses(primary: [], machine: [loopback])
        return admitsLoopback && (open.contains(loopback) || open.openEndedFamilies.contains(family))
    }

    /// The addresses that node ports are open on now, for a Node with the addresses `primary` on a machine with the
    /// addresses `machine`.
    ///
    /// Without a Node the primary addresses are unknown, and the machine's are used instead.
    package func addresses(primary: [IPAddress], machine: [IPAddress]) -> NodePortAddresses {
        let reachable = machine.filter { !$0.isLoopback && !$0.isLinkLocal && !$0.isUnspecified }
        switch extent {
        case .primary: return NodePortAddresses(primary.isEmpty ? reachable : primary)
        case .networks(let networks), .primaryAnd(let networks):
            var addresses: [IPAddress] = []
            if extent.includesPrimary { addresses = primary.isEmpty ? reachable : primary }
            var openEnded: Set<IPFamily> = []
            for family in IPFamily.allCases {
                let own = networks.filter { $0.family == family }
                if own.isEmpty && !extent.includesPrimary || own.contains(where: { $0.prefixLength == 0 }) {
                    addresses += reachable.filter { $0.family == family }
                    if isOpenEnded { openEnded.insert(family) }
                } else {
                    addresses += machine.filter { address in
                        (admitsLoopback || !address.isLoopback) && own.contains { $0.contains(address) }
                    }
                }
            }
            return NodePortAddresses(addresses, openEndedFamilies: openEnded)
        }
    }
}

/// The addresses that node ports are open on.
package struct NodePortAddresses: Sendable, Hashable {
    /// Sorted, each once.
    package private(set) var addresses: [IPAddress]
    /// The IP families in which node ports are open on every address, including those that the machine gets later.
    /// ``addresses`` has the current ones.
    package var openEndedFamilies: Set<IPFamily>

    package init(_ addresses: [IPAddress] = [], openEndedFamilies: Set<IPFamily> = []) {
        self.addresses = Set(addresses).sorted()
        self.openEndedFamilies = openEndedFamilies
    }

    package func contains(_ address: IPAddress) -> Bool { addresses.contains(address) }

    /// The addresses of one IP family.
    package func addresses(of family: IPFamily) -> [IPAddress] { addresses.filter { $0.family == family } }
}
