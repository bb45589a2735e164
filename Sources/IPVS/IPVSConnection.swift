import CLinux
import Glibc
import InternetAddresses
package import Netlink

/// A connection to the kernel's IPVS: its virtual and real servers, and its timeouts.
///
/// Calls block; they belong on a thread that may. Needs CAP_NET_ADMIN and the kernel module ip_vs, which the kernel
/// loads by itself if it can.
package struct IPVSConnection: ~Copyable {
    private var netlink: NetlinkConnection
    private let family: UInt16

    /// The number of attempts at an interrupted dump.
    private static let dumpAttempts = 8

    /// `transport` is a socket of `NETLINK_GENERIC`. Throws ENOENT, naming the module to load, if the
    /// kernel has no IPVS.
    package init(_ transport: any NetlinkTransport) throws(NetlinkError) {
        netlink = NetlinkConnection(transport)
        family = try GenericNetlink.family(IPVS_GENL_NAME, module: "ip_vs", over: &netlink)
    }

    /// An empty list of changes, for ``send(_:)``.
    package func changes() -> ServerChanges { ServerChanges(family: family) }

    /// Sends the changes in order and returns those that the kernel refuses, by index.
    package mutating func send(_ changes: inout ServerChanges) throws(NetlinkError) -> [Int: NetlinkError] {
        try netlink.send(&changes.requests)
    }

    /// All virtual servers with an address; those identified by a firewall mark are omitted. `ipvsadm -S -n`
    package mutating func virtualServers() throws(NetlinkError) -> [VirtualServer] {
        try dump(IPVS_CMD_GET_SERVICE, attribute: IPVS_CMD_ATTR_SERVICE) { _ in
        } read: {
            payload throws(NetlinkError) in
            try VirtualServer(payload)
        }
    }

    /// The real servers of a virtual server, with their connection counts. Throws ESRCH if there is no such virtual
    /// server. `ipvsadm -L -n -t 10.96.0.1:443`
    package mutating func realServers(of server: VirtualServer.Key) throws(NetlinkError) -> [RealServerStatus] {
        let family = server.address.family
        return try dump(IPVS_CMD_GET_DEST, attribute: IPVS_CMD_ATTR_DEST) {
            $0.write(server)
        } read: {
            payload throws(NetlinkError) in
            try RealServerStatus(payload, defaultFamily: family)
        }
    }

    /// How long idle connections are kept. `ipvsadm -L --timeout`
    package mutating func timeouts() throws(NetlinkError) -> ConnectionTimeouts {
        var timeouts = ConnectionTimeouts()
        let sequence = netlink.nextSequence()
        let request = request(IPVS_CMD_GET_CONFIG, NLM_F_ACK, sequence) { _ in }
        try netlink.request(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
            try Self.forEachAttribute(payload) { type, value in
                switch type {
                case UInt32(IPVS_CMD_ATTR_TIMEOUT_TCP): timeouts.tcp = value.integer(as: UInt32.self)
                case UInt32(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN): timeouts.tcpFin = value.integer(as: UInt32.self)
                case UInt32(IPVS_CMD_ATTR_TIMEOUT_UDP): timeouts.udp = value.integer(as: UInt32.self)
                default: break
                }
            }
        }
        return timeouts
    }

    private mutating func dump<Value>(
        _ command: Int, attribute wanted: Int, _ body: (inout MessageWriter) -> Void,
        read: (borrowing RawSpan) throws(NetlinkError) -> Value?
    ) throws(NetlinkError) -> [Value] {
        var attempt = 1
        while true {
            var values: [Value] = []
            let sequence = netlink.nextSequence()
            let request = request(command, NLM_F_DUMP, sequence, body)
            do throws(NetlinkError) {
                try netlink.dump(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
                    try Self.forEachAttribute(payload) { (type, value) throws(NetlinkError) in
                        if type == UInt32(wanted), let value = try read(value) { values.append(value) }
                    }
                }
                return values
            } catch {
                guard error.errno == EINTR, attempt < Self.dumpAttempts else { throw error }
                attempt += 1
            }
        }
    }

    private func request(
        _ command: Int, _ flags: Int32, _ sequence: UInt32, _ body: (inout MessageWriter) -> Void
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(type: family, flags: UInt16(NLM_F_REQUEST | flags), sequence: sequence) { writer in
            writer.genericHeader(command: UInt8(command), version: UInt8(IPVS_GENL_VERSION))
            body(&writer)
        }
        return writer.bytes
    }

    private static func forEachAttribute(
        _ payload: borrowing RawSpan, _ body: (_ type: UInt32, _ value: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        guard payload.byteCount >= GenericNetlink.headerSize else { throw .malformed("generic netlink header") }
        try AttributeReader.forEach(in: payload.extracting(GenericNetlink.headerSize..<payload.byteCount), body)
    }
}
