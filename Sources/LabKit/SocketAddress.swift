import Glibc

/// The transport protocols that the lab supports.
package enum Transport: String, Sendable {
    case tcp = "TCP"
    case udp = "UDP"
    /// If the kernel supports it.
    case sctp = "SCTP"

    var socketType: Int32 {
        Int32(self == .udp ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue)
    }

    /// The last argument of `socket(2)`.
    var number: Int32 {
        switch self {
        case .tcp: Int32(IPPROTO_TCP)
        case .udp: Int32(IPPROTO_UDP)
        case .sctp: Int32(IPPROTO_SCTP)
        }
    }
}

/// An IP address as text, and a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without brackets: `10.96.0.5`, `fd00::5`. Checked when used.
    package var ip: String
    /// In host byte order.
    package var port: UInt16

    /// An address and a port.
    package init(_ ip: String, _ port: UInt16) {
        self.ip = ip
        self.port = port
    }

    package var description: String { isIPv6 ? "[\(ip)]:\(port)" : "\(ip):\(port)" }

    /// Whether the address is an IPv6 one.
    package var isIPv6: Bool { ip.contains(":") }

    /// A new non-blocking socket of the address's family, in the namespace of the calling thread.
    func socket(_ transport: Transport) throws -> Descriptor {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return try Descriptor(
            Glibc.socket(isIPv6 ? AF_INET6 : AF_INET, transport.socketType | flags, transport.number),
            "cannot open a socket for \(self)")
    }

    /// Calls `body` with the address in the form for `connect` and `bind`. Throws if the text is not an IP address.
    func withSockAddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) throws -> R {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, ip, &address.sin6_addr) == 1 else { throw notAnAddress }
            return withBytes(of: address, body)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, ip, &address.sin_addr) == 1 else { throw notAnAddress }
        return withBytes(of: address, body)
    }

    private var notAnAddress: LabError { LabError(.invalidInput, "\"\(ip)\" is not an IP address") }

    private func withBytes<A, R>(of address: A, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<A>.size)) }
        }
    }

    /// The IP address that `accept` or `recvfrom` filled in.
    static func ip(in storage: sockaddr_storage) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: storage) { bytes in
            if Int32(storage.ss_family) == AF_INET6 {
                var address = bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
            } else {
                var address = bytes.loadUnaligned(as: sockaddr_in.self).sin_addr
                inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
            }
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
