import CLinux
import Conntrack
import InternetAddresses
import LabKit
import Netlink
import Synchronization
import Testing

extension NetworkNamespace {
    /// Accesses the connection tracking of this namespace, on its thread.
    func conntrack<Result: Sendable>(
        counting traffic: Traffic = Traffic(), _ body: @Sendable (inout ConntrackConnection) throws -> Result
    ) throws -> Result {
        let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        var connection = ConntrackConnection(CountingTransport(socket, traffic))
        return try body(&connection)
    }

    /// Makes the kernel track connections, as with rules that translate addresses: UDP from `sources` different ports.
    func track(_ entries: [ConntrackEntry]) throws {
        let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        var netlink = NetlinkConnection(socket)
        for start in stride(from: 0, to: entries.count, by: 500) {
            var writer = MessageWriter()
            var first: UInt32?
            var last: UInt32 = 0
            let part = entries[start..<min(start + 500, entries.count)]
            for (index, entry) in zip(part.indices, part) {
                last = netlink.nextSequence()
                first = first ?? last
                let isLast = index == part.endIndex - 1
                writer.message(
                    type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_NEW.rawValue),
                    flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | (isLast ? NLM_F_ACK : 0)), sequence: last
                ) { entry.writeNew(to: &$0) }
            }
            let refusals = try netlink.transact(writer.bytes, first: first ?? 0, last: last)
            if let refusal = refusals.first { throw refusal }
        }
    }
}

extension ConntrackEntry {
    /// A client's UDP connection to a Service; without a backend it was not translated.
    static func udp(
        _ client: IPAddress, _ port: UInt16, to frontend: IPAddress, _ frontendPort: UInt16 = 53,
        backend: IPAddress? = nil, _ backendPort: UInt16? = nil, transport: TransportProtocol = .udp, zone: UInt16 = 0
    ) -> ConntrackEntry {
        ConntrackEntry(
            transport: transport, source: client, sourcePort: port, destination: frontend,
            destinationPort: frontendPort, replySource: backend ?? frontend,
            replySourcePort: backendPort ?? frontendPort, zone: zone)
    }

    /// The attributes of `IPCTNL_MSG_CT_NEW`.
    fileprivate func writeNew(to writer: inout MessageWriter) {
        writer.append(contentsOf: [UInt8(source.family == .ipv4 ? AF_INET : AF_INET6), UInt8(NFNETLINK_V0), 0, 0])
        Self.writeTuple(
            CTA_TUPLE_ORIG.rawValue, transport, (source, sourcePort), (destination, destinationPort), &writer)
        Self.writeTuple(
            CTA_TUPLE_REPLY.rawValue, transport, (replySource, replySourcePort), (source, sourcePort), &writer)
        if zone != 0 {
            writer.attribute(CTA_ZONE.rawValue, bytes: [UInt8(zone >> 8), UInt8(truncatingIfNeeded: zone)])
        }
        writer.attribute(CTA_TIMEOUT.rawValue, bigEndian: UInt32(600))
        writer.attribute(CTA_STATUS.rawValue, bigEndian: IPS_CONFIRMED.rawValue | IPS_SEEN_REPLY.rawValue)
        guard transport == .tcp else { return }
        writer.nested(CTA_PROTOINFO.rawValue) { writer in
            writer.nested(CTA_PROTOINFO_TCP.rawValue) { writer in
                writer.attribute(CTA_PROTOINFO_TCP_STATE.rawValue, bytes: [3])  // established
            }
        }
    }

    private static func writeTuple(
        _ type: UInt32, _ transport: TransportProtocol, _ source: (IPAddress, UInt16), _ target: (IPAddress, UInt16),
        _ writer: inout MessageWriter
    ) {
        let isIPv4 = source.0.family == .ipv4
        writer.nested(type) { writer in
            writer.nested(CTA_TUPLE_IP.rawValue) { writer in
                writer.attribute((isIPv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC).rawValue, bytes: source.0.networkBytes)
                writer.attribute((isIPv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST).rawValue, bytes: target.0.networkBytes)
            }
            writer.nested(CTA_TUPLE_PROTO.rawValue) { writer in
                writer.attribute(CTA_PROTO_NUM.rawValue, bytes: [transport.rawValue])
                for (type, port) in [(CTA_PROTO_SRC_PORT, source.1), (CTA_PROTO_DST_PORT, target.1)] {
                    writer.attribute(type.rawValue, bytes: [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)])
                }
            }
        }
    }

    /// The same entry without its id from the kernel.
    var anonymous: ConntrackEntry {
        var copy = self
        copy.id = 0
        return copy
    }
}

/// The traffic of a socket.
final class Traffic: Sendable {
    private let counts = Mutex((sends: 0, received: 0))
    /// The number of sending system calls.
    var sends: Int { counts.withLock { $0.sends } }
    /// The number of bytes from the kernel.
    var received: Int { counts.withLock { $0.received } }
    func countSend() { counts.withLock { $0.sends += 1 } }
    func count(received bytes: Int) { counts.withLock { $0.received += bytes } }
}

/// A real socket that counts.
private final class CountingTransport: NetlinkTransport {
    private let socket: NetlinkSocket
    private let traffic: Traffic

    init(_ socket: NetlinkSocket, _ traffic: Traffic) {
        self.socket = socket
        self.traffic = traffic
    }

    var portID: UInt32 { socket.portID }
    func reserveSendBuffer(_ bytes: Int) { socket.reserveSendBuffer(bytes) }
    func send(_ messages: [UInt8]) throws(NetlinkError) {
        traffic.countSend()
        try socket.send(messages)
    }
    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        let length = try socket.receive(into: &buffer, wait: wait)
        traffic.count(received: length ?? 0)
        return length
    }
}

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

extension IPFamily {
    var client: IPAddress { ip(self == .ipv4 ? "10.244.0.9" : "fd00:10:244::9") }
    var frontend: IPAddress { ip(self == .ipv4 ? "10.96.0.10" : "fd00:10:96::10") }
    var backend: IPAddress { ip(self == .ipv4 ? "10.244.1.2" : "fd00:10:244:1::2") }
    var otherBackend: IPAddress { ip(self == .ipv4 ? "10.244.1.3" : "fd00:10:244:1::3") }
}
