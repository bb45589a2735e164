import CLinux
import Glibc
package import Netlink

/// Remembers which process last changed nf_tables, where the nft back end keeps its rules.
///
/// The kernel names the process only at the time of the change. For one thread, in whose network namespace it listens.
/// Open it after our own changes, which a listener slows down.
package final class ChangeListener {
    private let socket: NetlinkSocket
    private var connection: NetlinkConnection
    private var writer: String?

    /// Begins to listen.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        try socket.join(group: NFNLGRP_NFTABLES.rawValue)
        connection = NetlinkConnection(socket)
    }

    /// The process that committed the last change, such as `iptables (pid 4711)`; `nil` if there was none.
    package func lastWriter() throws(NetlinkError) -> String? {
        while hasEvent {
            do throws(NetlinkError) {
                try connection.receiveEvents { header, payload throws(NetlinkError) in
                    guard header.type == Self.newGeneration, payload.byteCount >= 4 else { return }
                    writer = try Self.writer(payload.extracting(4..<payload.byteCount)) ?? writer
                }
            } catch {
                // The socket's buffer overflowed, and the last events are lost.
                guard error.errno == ENOBUFS else { throw error }
            }
        }
        return writer
    }

    /// Sent at the end of each commit.
    private static let newGeneration = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_NEWGEN.rawValue)

    private var hasEvent: Bool {
        var event = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 0) > 0
    }

    private static func writer(_ attributes: borrowing RawSpan) throws(NetlinkError) -> String? {
        var name: String?
        var pid: UInt32?
        try AttributeReader.forEach(in: attributes) { type, value in
            if type == NFTA_GEN_PROC_NAME.rawValue { name = value.string }
            if type == NFTA_GEN_PROC_PID.rawValue { pid = value.bigEndian(as: UInt32.self) }
        }
        guard let name, let pid else { return nil }
        return "\(name) (pid \(pid))"
    }
}
