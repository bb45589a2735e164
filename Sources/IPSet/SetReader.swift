import CLinux
import InternetAddresses
import Netlink

/// Assembles sets from the messages of a dump, each of which holds part of one set.
struct SetReader {
    private(set) var sets: [KernelSet] = []

    /// Reads the attributes of one message.
    mutating func append(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        var part = KernelSet(name: "")
        var entries: [EntryFields] = []
        try AttributeReader.forEach(in: attributes) { (type, value) throws(NetlinkError) in
            switch type {
            case UInt32(IPSET_ATTR_SETNAME): part.name = value.string
            case UInt32(IPSET_ATTR_TYPENAME): part.typeName = value.string
            case UInt32(IPSET_ATTR_FAMILY):
                switch Int32(value.integer(as: UInt8.self)) {
                case AF_INET: part.family = .ipv4
                case AF_INET6: part.family = .ipv6
                default: part.family = nil
                }
            case UInt32(IPSET_ATTR_DATA):
                try AttributeReader.forEach(in: value) { type, value in
                    if type == UInt32(IPSET_ATTR_MAXELEM) { part.maximum = value.bigEndian(as: UInt32.self) }
                }
            case UInt32(IPSET_ATTR_ADT):
                try AttributeReader.forEach(in: value) { (_, value) throws(NetlinkError) in
                    entries.append(try EntryFields(value))
                }
            default: break
            }
        }
        if sets.last?.name != part.name { sets.append(part) }
        let last = sets.count - 1
        guard let kind = SetKind(rawValue: sets[last].typeName) else { return }
        sets[last].entries += entries.compactMap { $0.entry(of: kind) }
    }
}

/// The parts that an entry may have.
private struct EntryFields {
    var address: IPAddress?
    var other: IPAddress?
    var prefixLength: UInt8?
    var port: UInt16 = 0
    var transport: TransportProtocol?

    init(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: attributes) { (type, value) throws(NetlinkError) in
            switch type {
            case UInt32(IPSET_ATTR_IP): address = try Self.address(value)
            case UInt32(IPSET_ATTR_IP2): other = try Self.address(value)
            case UInt32(IPSET_ATTR_CIDR2): prefixLength = value.integer(as: UInt8.self)
            case UInt32(IPSET_ATTR_PORT): port = value.bigEndian(as: UInt16.self)
            case UInt32(IPSET_ATTR_PROTO): transport = TransportProtocol(rawValue: value.integer(as: UInt8.self))
            default: break
            }
        }
    }

    func entry(of kind: SetKind) -> SetEntry? {
        if kind == .port { return .port(port) }
        guard let address else { return nil }
        if kind == .address { return .address(address) }
        guard let transport else { return nil }
        if kind == .addressPort { return .addressPort(address, transport, port) }
        guard let other else { return nil }
        if kind == .addressPortAddress { return .addressPortAddress(address, transport, port, other) }
        let length = prefixLength.map { Int($0) } ?? other.family.addressBits
        return IPNetwork(containing: other, prefixLength: length).map {
            .addressPortNetwork(address, transport, port, $0)
        }
    }

    private static func address(_ attributes: borrowing RawSpan) throws(NetlinkError) -> IPAddress? {
        var address: IPAddress?
        try AttributeReader.forEach(in: attributes) { _, value in
            address = value.withUnsafeBytes { IPAddress(networkBytes: $0) }
        }
        return address
    }
}
