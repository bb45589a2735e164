import CLinux
import InternetAddresses
import Netlink

/// The wire format of entries in ctnetlink messages, <linux/netfilter/nfnetlink_conntrack.h>.
extension ConntrackEntry {
    /// Reads the attributes of `IPCTNL_MSG_CT_NEW`; `nil` for an entry of a protocol that Services do not use.
    init?(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        var original = ConntrackTuple()
        var reply = ConntrackTuple()
        var id: UInt32 = 0
        var zone: UInt16?
        try AttributeReader.forEach(in: attributes) { (type, value) throws(NetlinkError) in
            switch type {
            case CTA_TUPLE_ORIG.rawValue: original = try ConntrackTuple(value)
            case CTA_TUPLE_REPLY.rawValue: reply = try ConntrackTuple(value)
            case CTA_ID.rawValue: id = value.bigEndian(as: UInt32.self)
            case CTA_ZONE.rawValue: zone = value.bigEndian(as: UInt16.self)
            default: break
            }
        }
        guard let transport = original.transport, let source = original.source, let destination = original.destination,
            let replySource = reply.source
        else { return nil }
        self.init(
            transport: transport, source: source, sourcePort: original.sourcePort, destination: destination,
            destinationPort: original.destinationPort, replySource: replySource, replySourcePort: reply.sourcePort,
            id: id, zone: zone ?? original.zone)
    }

    /// Writes what identifies the entry to the kernel: the original tuple, the zone and the id.
    func writeKey(to writer: inout MessageWriter) {
        writer.nested(CTA_TUPLE_ORIG.rawValue) { writer in
            writer.nested(CTA_TUPLE_IP.rawValue) { writer in
                let isIPv4 = source.family == .ipv4
                writer.attribute((isIPv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC).rawValue, bytes: source.networkBytes)
                writer.attribute((isIPv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST).rawValue, bytes: destination.networkBytes)
            }
            writer.nested(CTA_TUPLE_PROTO.rawValue) { writer in
                writer.attribute(CTA_PROTO_NUM.rawValue, bytes: [transport.rawValue])
                writer.attribute(CTA_PROTO_SRC_PORT.rawValue) { $0.append(sourcePort.bigEndian) }
                writer.attribute(CTA_PROTO_DST_PORT.rawValue) { $0.append(destinationPort.bigEndian) }
            }
        }
        if zone != 0 { writer.attribute(CTA_ZONE.rawValue) { $0.append(zone.bigEndian) } }
        writer.attribute(CTA_ID.rawValue, bigEndian: id)
    }
}

/// One direction of an entry: `CTA_TUPLE_ORIG` or `CTA_TUPLE_REPLY`.
private struct ConntrackTuple {
    var source: IPAddress?
    var destination: IPAddress?
    var transport: TransportProtocol?
    var sourcePort: UInt16 = 0
    var destinationPort: UInt16 = 0
    /// Where the two directions are in different zones, each names its own.
    var zone: UInt16 = 0

    init() {}

    init(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: attributes) { (type, value) throws(NetlinkError) in
            switch type {
            case CTA_TUPLE_IP.rawValue: try readAddresses(value)
            case CTA_TUPLE_PROTO.rawValue: try readPorts(value)
            case CTA_TUPLE_ZONE.rawValue: zone = value.bigEndian(as: UInt16.self)
            default: break
            }
        }
    }

    private mutating func readAddresses(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: attributes) { type, value in
            switch type {
            case CTA_IP_V4_SRC.rawValue: source = IPAddress(ipv4: value.bigEndian(as: UInt32.self))
            case CTA_IP_V4_DST.rawValue: destination = IPAddress(ipv4: value.bigEndian(as: UInt32.self))
            case CTA_IP_V6_SRC.rawValue: source = Self.ipv6(value)
            case CTA_IP_V6_DST.rawValue: destination = Self.ipv6(value)
            default: break
            }
        }
    }

    private mutating func readPorts(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: attributes) { type, value in
            switch type {
            case CTA_PROTO_NUM.rawValue: transport = TransportProtocol(rawValue: value.integer(as: UInt8.self))
            case CTA_PROTO_SRC_PORT.rawValue: sourcePort = value.bigEndian(as: UInt16.self)
            case CTA_PROTO_DST_PORT.rawValue: destinationPort = value.bigEndian(as: UInt16.self)
            default: break
            }
        }
    }

    private static func ipv6(_ bytes: borrowing RawSpan) -> IPAddress {
        IPAddress(ipv6High: bytes.bigEndian(as: UInt64.self), low: bytes.bigEndian(at: 8, as: UInt64.self))
    }
}
