import CLinux
import Glibc
import InternetAddresses
import Netlink

/// One step of a packet through the rules of iptables' legacy back end, as the kernel logs it:
/// `TRACE: nat:PREROUTING:rule:2`.
struct LegacyStep: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        case rule
        case `return`
        case policy
    }

    var table: String
    var chain: String
    var kind: Kind
    /// The rule's place in its chain, from 1.
    var number: Int

    /// Reads the beginning of a line of the log; `nil` if it is another line.
    init?(prefix: String) {
        let words = prefix.split(separator: " ")
        guard words.count == 2, words[0] == "TRACE:" else { return nil }
        let parts = words[1].split(separator: ":")
        guard parts.count == 4, let kind = Kind(rawValue: String(parts[2])), let number = Int(parts[3]) else {
            return nil
        }
        table = String(parts[0])
        chain = String(parts[1])
        self.kind = kind
        self.number = number
    }
}

/// What the kernel reports of traced packets, in order: steps through nf_tables and through the legacy back end.
///
/// The legacy back end reports to the logger that an administrator chose for the IP family. If that is
/// `nfnetlink_log`, the socket is made the receiver of its group 0; the kernel ends that with the socket, even if the
/// process is killed. Calls block.
struct LegacyTracing: ~Copyable {
    enum Event: Sendable, Hashable {
        /// A step through nf_tables, of the packet with this number.
        case nftables(packet: UInt32, table: String)
        case legacy(LegacyStep, PacketIdentity)
        /// The headers of the packet with this number.
        case headers(packet: UInt32, PacketIdentity)
    }

    static let logger = "nfnetlink_log"
    private static let group: UInt16 = 0
    /// The bytes of each packet that are needed: its headers.
    private static let copied: UInt32 = 128

    private var connection: NetlinkConnection

    /// Starts listening in the network namespace of the calling thread. Throws EBUSY or EPERM if another program, such
    /// as ulogd, receives the group.
    init() throws(NetlinkError) {
        let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        try socket.join(group: UInt32(NFNLGRP_NFTRACE.rawValue))
        try socket.setReceiveTimeout(milliseconds: 50)
        var connection = NetlinkConnection(socket)
        try Self.configure(&connection) { writer in
            writer.attribute(UInt32(NFULA_CFG_CMD.rawValue), UInt8(NFULNL_CFG_CMD_BIND.rawValue))
        }
        try Self.configure(&connection) { writer in
            // struct nfulnl_msg_config_mode
            writer.attribute(UInt32(NFULA_CFG_MODE.rawValue)) { mode in
                mode.append(Self.copied.bigEndian)
                mode.append(UInt8(NFULNL_COPY_PACKET))
                mode.append(UInt8(0))
            }
            // Without waiting for more, so that its messages and those of nf_tables stay in order.
            writer.attribute(UInt32(NFULA_CFG_QTHRESH.rawValue), bigEndian: UInt32(1))
        }
        self.connection = connection
    }

    private static func configure(
        _ connection: inout NetlinkConnection, _ body: (inout MessageWriter) -> Void
    ) throws(NetlinkError) {
        let sequence = connection.nextSequence()
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_ULOG) << 8 | UInt16(NFULNL_MSG_CONFIG.rawValue),
            flags: UInt16(NLM_F_REQUEST) | UInt16(NLM_F_ACK), sequence: sequence
        ) { writer in
            writer.netfilterHeader(family: UInt8(AF_UNSPEC), resource: group)
            body(&writer)
        }
        let refusals = try connection.transact(writer.bytes, first: sequence, last: sequence)
        if let refusal = refusals.first { throw refusal }
    }

    /// All that has been reported so far.
    mutating func events() throws(NetlinkError) -> [Event] {
        var events: [Event] = []
        while try connection.receiveEvents(
            wait: false,
            { (header, payload) throws(NetlinkError) in events += try Self.events(type: header.type, payload) })
        {}
        return events
    }

    private static func events(
        type: UInt16, _ payload: borrowing RawSpan
    ) throws(NetlinkError) -> [Event] {
        guard payload.byteCount >= MemoryLayout<nfgenmsg>.size else { throw .malformed("trace") }
        let attributes = payload.extracting(MemoryLayout<nfgenmsg>.size..<payload.byteCount)
        switch type {
        case UInt16(NFNL_SUBSYS_ULOG) << 8 | UInt16(NFULNL_MSG_PACKET.rawValue): return try logged(attributes)
        case UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_TRACE.rawValue): return try traced(attributes)
        default: return []
        }
    }

    private static func logged(_ attributes: borrowing RawSpan) throws(NetlinkError) -> [Event] {
        var prefix = ""
        var packet: [UInt8] = []
        try AttributeReader.forEach(in: attributes) { type, value in
            if type == NFULA_PREFIX.rawValue { prefix = value.string }
            if type == NFULA_PAYLOAD.rawValue { packet = value.bytes }
        }
        guard let step = LegacyStep(prefix: prefix), let identity = PacketIdentity(packet) else { return [] }
        return [.legacy(step, identity)]
    }

    private static func traced(_ attributes: borrowing RawSpan) throws(NetlinkError) -> [Event] {
        var number: UInt32 = 0
        var table = ""
        var network: [UInt8] = []
        var transport: [UInt8] = []
        try AttributeReader.forEach(in: attributes) { type, value in
            switch type {
            case NFTA_TRACE_ID.rawValue: number = value.bigEndian(as: UInt32.self)
            case NFTA_TRACE_TABLE.rawValue: table = value.string
            case NFTA_TRACE_NETWORK_HEADER.rawValue: network = value.bytes
            case NFTA_TRACE_TRANSPORT_HEADER.rawValue: transport = value.bytes
            default: break
            }
        }
        var events: [Event] = []
        // Only the first report of a packet has its headers.
        if let identity = PacketIdentity(network + transport) { events.append(.headers(packet: number, identity)) }
        if !table.isEmpty { events.append(.nftables(packet: number, table: table)) }
        return events
    }
}
