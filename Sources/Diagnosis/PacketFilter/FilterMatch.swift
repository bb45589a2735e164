package import InternetAddresses

/// One condition of a rule.
package struct FilterMatch: Sendable, Hashable {
    package enum Test: Sendable, Hashable {
        case source([IPNetwork])
        case destination([IPNetwork])
        case transport([TransportProtocol])
        case sourcePort([ClosedRange<UInt16>])
        case destinationPort([ClosedRange<UInt16>])
        /// Names of interfaces; a trailing `+` or `*` matches anything.
        case input([String])
        case output([String])
        /// One of these states, in upper case: `NEW`, `ESTABLISHED`, `INVALID`, `DNAT` …
        case state(Set<String>)
        case mark(value: UInt32, mask: UInt32)
        case family(IPFamily)
        /// Whether the destination is an address of this node.
        case toThisNode
        /// Something that cannot be decided here.
        case unknown
    }

    package var test: Test
    package var isNegated: Bool

    package init(_ test: Test, isNegated: Bool = false) {
        self.test = test
        self.isNegated = isNegated
    }

    /// Whether it matches the packet; `nil` if that depends on unknown properties.
    func holds(for packet: FilterPacket) -> Bool? {
        test.holds(for: packet).map { $0 != isNegated }
    }
}

/// The known properties of a packet.
struct FilterPacket: Sendable, Hashable {
    var family: IPFamily
    var transport: TransportProtocol
    var source: IPAddress?
    var destination: IPAddress?
    var sourcePort: UInt16?
    var destinationPort: UInt16?
    var input: String?
    var output: String?
    var states: Set<String>
    var mark: UInt32? = 0
    var isToThisNode: Bool?
}

extension FilterMatch.Test {
    fileprivate func holds(for packet: FilterPacket) -> Bool? {
        switch self {
        case .source(let networks): packet.source.map { address in networks.contains { $0.contains(address) } }
        case .destination(let networks):
            packet.destination.map { address in networks.contains { $0.contains(address) } }
        case .transport(let transports): transports.contains(packet.transport)
        case .sourcePort(let ports): packet.sourcePort.map { port in ports.contains { $0.contains(port) } }
        case .destinationPort(let ports): packet.destinationPort.map { port in ports.contains { $0.contains(port) } }
        case .input(let names): packet.input.map { name in names.contains { Self.matches($0, name) } }
        case .output(let names): packet.output.map { name in names.contains { Self.matches($0, name) } }
        case .state(let states): !states.isDisjoint(with: packet.states)
        case .mark(let value, let mask): packet.mark.map { $0 & mask == value }
        case .family(let family): family == packet.family
        case .toThisNode: packet.isToThisNode
        case .unknown: nil
        }
    }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        guard let last = pattern.last, last == "+" || last == "*" else { return pattern == name }
        return name.hasPrefix(pattern.dropLast())
    }
}
