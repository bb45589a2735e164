package import InternetAddresses

/// What the entries of a set are made of, as `ipset create` names it.
package enum SetKind: String, Sendable, Hashable, CaseIterable {
    case address = "hash:ip"
    case addressPort = "hash:ip,port"
    case addressPortAddress = "hash:ip,port,ip"
    case addressPortNetwork = "hash:ip,port,net"
    /// Ports from 0 to 65535 of any protocol.
    case port = "bitmap:port"

    /// Whether the entries contain addresses, all of one IP family.
    package var hasFamily: Bool { self != .port }
    /// Whether the number of entries has a limit.
    package var isHash: Bool { self != .port }
    /// The kernel module, which the kernel loads when a set needs it.
    package var module: String { "ip_set_" + rawValue.replacing(":", with: "_").filter { $0 != "," } }
}

/// One entry of a set.
package enum SetEntry: Sendable, Hashable {
    /// For a ``SetKind/address`` set.
    case address(IPAddress)
    case addressPort(IPAddress, TransportProtocol, UInt16)
    case addressPortAddress(IPAddress, TransportProtocol, UInt16, IPAddress)
    /// The kernel refuses a network of all addresses; two halves are equivalent.
    case addressPortNetwork(IPAddress, TransportProtocol, UInt16, IPNetwork)
    case port(UInt16)
}

extension SetEntry: CustomStringConvertible {
    /// As `ipset save` prints it: `10.96.0.1,tcp:443,192.0.2.0/24`.
    package var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .addressPort(let address, let transport, let port): "\(address),\(transport.lowercased):\(port)"
        case .addressPortAddress(let address, let transport, let port, let other):
            "\(address),\(transport.lowercased):\(port),\(other)"
        case .addressPortNetwork(let address, let transport, let port, let network):
            network.prefixLength == network.family.addressBits
                ? "\(address),\(transport.lowercased):\(port),\(network.address)"
                : "\(address),\(transport.lowercased):\(port),\(network)"
        case .port(let port): "\(port)"
        }
    }
}

/// A set without its entries.
package struct SetHeader: Sendable, Hashable {
    package var name: String
    package var kind: SetKind
    /// The family of its entries' addresses; meaningless for ``SetKind/port``.
    package var family: IPFamily
    /// The maximum number of entries; meaningless for ``SetKind/port``.
    package var maximum: UInt32

    /// The default of `ipset`: 65,536 entries.
    package static let defaultMaximum: UInt32 = 65_536

    package init(name: String, kind: SetKind, family: IPFamily, maximum: UInt32 = Self.defaultMaximum) {
        self.name = name
        self.kind = kind
        self.family = family
        self.maximum = maximum
    }
}

/// A set as the kernel holds it.
package struct KernelSet: Sendable, Hashable {
    package var name: String
    /// Such as `hash:ip,port`; there are many more than ``SetKind`` has.
    package var typeName: String
    package var family: IPFamily?
    /// The maximum number of entries; 0 if not stated.
    package var maximum: UInt32
    package var entries: [SetEntry]

    package init(
        name: String, typeName: String = "", family: IPFamily? = nil, maximum: UInt32 = 0, entries: [SetEntry] = []
    ) {
        self.name = name
        self.typeName = typeName
        self.family = family
        self.maximum = maximum
        self.entries = entries
    }

    /// Whether this set can hold entries meant for `header`.
    package func holds(_ header: SetHeader) -> Bool {
        typeName == header.kind.rawValue && (!header.kind.hasFamily || family == header.family)
    }
}
