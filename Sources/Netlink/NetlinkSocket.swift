import CLinux
import Glibc

/// A bound, strict netlink socket: extended errors on, no echo of requests, messages from the kernel only.
///
/// The descriptor belongs to this object and is closed with it. Kernel 4.20 or later.
package final class NetlinkSocket: NetlinkTransport {
    package let descriptor: Int32
    package let portID: UInt32

    /// Opens a socket of the given family, such as `NETLINK_NETFILTER`, in the calling thread's network namespace.
    ///
    /// `receiveBuffer` bounds, in bytes, what the kernel keeps for us between two reads.
    package init(family: Int32, receiveBuffer: Int32 = 1 << 20) throws(NetlinkError) {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), family)
        guard descriptor >= 0 else { throw NetlinkError(operation: "open a netlink socket", errno: errno) }
        do {
            portID = try Self.bind(descriptor)
            try Self.set(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, 1, "ask for extended errors")
            try Self.set(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, 1, "ask for short acknowledgements")
            Self.raise(descriptor, force: SO_RCVBUFFORCE, plain: SO_RCVBUF, to: receiveBuffer)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Makes a waiting ``receive(into:wait:)`` fail with EAGAIN after this many milliseconds.
    package func setReceiveTimeout(milliseconds: Int) throws(NetlinkError) {
        var timeout = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size) == 0 else {
            throw NetlinkError(operation: "set a receive timeout", errno: errno)
        }
    }

    /// Drops multicast messages about changes made through the socket with this port: a program need not hear of its
    /// own changes, of which there may be hundreds of thousands.
    package func ignoreEvents(causedBy portID: UInt32) throws(NetlinkError) {
        guard CLinux_ignore_netlink_port(descriptor, portID) == 0 else {
            throw NetlinkError(operation: "attach a socket filter", errno: errno)
        }
    }

    package func reserveSendBuffer(_ bytes: Int) {
        Self.raise(descriptor, force: SO_SNDBUFFORCE, plain: SO_SNDBUF, to: Int32(clamping: bytes))
    }

    /// Listens to a multicast group, such as `NFNLGRP_NFTABLES`.
    package func join(group: UInt32) throws(NetlinkError) {
        try Self.set(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Int32(group), "join netlink group \(group)")
    }

    package func send(_ messages: [UInt8]) throws(NetlinkError) {
        while true {
            let sent = Glibc.send(descriptor, messages, messages.count, 0)
            if sent == messages.count { return }
            if sent < 0, errno == EINTR { continue }
            throw NetlinkError(operation: "send \(messages.count) bytes", errno: sent < 0 ? errno : EMSGSIZE)
        }
    }

    package func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        while true {
            var sender = sockaddr_nl()
            var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
            // MSG_TRUNC makes the call return the datagram's real length, so that a short buffer is noticed.
            let flags = Int32(MSG_TRUNC) | (wait ? 0 : Int32(MSG_DONTWAIT))
            let received = withUnsafeMutablePointer(to: &sender) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    recvfrom(descriptor, &buffer, buffer.count, flags, address, &length)
                }
            }
            guard received >= 0 else {
                if errno == EINTR { continue }
                if errno == EAGAIN, !wait { return nil }
                throw NetlinkError(operation: "receive", errno: errno)
            }
            guard received <= buffer.count else { throw NetlinkError(operation: "receive", errno: EMSGSIZE) }
            // Any process may send to our port; only the kernel (port 0) is heard.
            if sender.nl_pid == 0 { return received }
        }
    }

    private static func bind(_ descriptor: Int32) throws(NetlinkError) -> UInt32 {
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        guard result == 0 else { throw NetlinkError(operation: "bind a netlink socket", errno: errno) }
        return address.nl_pid
    }

    private static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32, _ operation: String
    ) throws(NetlinkError) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw NetlinkError(operation: operation, errno: errno)
        }
    }

    /// Grows a buffer beyond the system's limit if permitted, otherwise up to it.
    private static func raise(_ descriptor: Int32, force: Int32, plain: Int32, to bytes: Int32) {
        var bytes = bytes
        let size = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(descriptor, SOL_SOCKET, force, &bytes, size) != 0 {
            setsockopt(descriptor, SOL_SOCKET, plain, &bytes, size)
        }
    }
}
