import CLinux
import Glibc
import InternetAddresses
import NIOCore

/// A UDP socket that shares its port with others of this process (SO_REUSEPORT): the kernel spreads clients over them.
final class DatagramSocket: Sendable {
    let descriptor: CInt

    /// Binds to `address`, or to all addresses of both families if it is `nil`.
    init(address: IPAddress?, port: UInt16) throws(DNSServerError) {
        let family = address?.family == .ipv4 || !Self.hasIPv6 ? AF_INET : AF_INET6
        descriptor = socket(family, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let place = "UDP \(address.map { "\($0)" } ?? "*") port \(port)"
        guard descriptor >= 0 else { throw DNSServerError(.system, "\(place): no socket", errno: errno) }
        do throws(DNSServerError) {
            try set(SOL_SOCKET, SO_REUSEPORT, 1, place)
            // A burst must not be dropped while the threads are busy; the kernel's limit suffices.
            try set(SOL_SOCKET, SO_RCVBUF, 1 << 20, place)
            if family == AF_INET6 { try set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, address == nil ? 0 : 1, place) }
            // On a socket bound to all addresses, replies must leave from the one queried.
            if address == nil {
                // A socket of both families also gets IPv4 packets, and reports their destination in the IPv4 form.
                let isAsked = CLinux_ask_for_destination(descriptor, AF_INET) == 0
                guard family == AF_INET ? isAsked : CLinux_ask_for_destination(descriptor, AF_INET6) == 0 else {
                    throw DNSServerError(
                        .system, "\(place): cannot determine the destination addresses of queries", errno: errno)
                }
            } else if let address, address.isLinkLocal, family == AF_INET {
                // The link-local address of a node-local cache may be added later.
                try set(CInt(IPPROTO_IP), IP_FREEBIND, 1, place)
            }
            guard bindDescriptor(to: address, port: port) == 0 else {
                let number = errno
                throw DNSServerError(
                    .address, "\(place): cannot listen; stop what listens there, or choose another address or port",
                    errno: number)
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Whether this machine has IPv6 at all.
    static let hasIPv6: Bool = {
        let descriptor = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }()

    /// Wakes the receiving thread.
    func shutDown() { shutdown(descriptor, CInt(SHUT_RD)) }

    private func set(_ level: CInt, _ option: CInt, _ value: CInt, _ place: String) throws(DNSServerError) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw DNSServerError(.system, "\(place): socket option \(option)", errno: errno)
        }
    }

    private func bindDescriptor(to address: IPAddress?, port: UInt16) -> CInt {
        let text = address?.description ?? (Self.hasIPv6 ? "::" : "0.0.0.0")
        guard let socketAddress = try? SocketAddress(ipAddress: text, port: Int(port)) else {
            errno = EINVAL
            return -1
        }
        return socketAddress.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
    }
}

extension CLinux_peer {
    /// The address of the peer; IPv4 even if the socket has both families.
    var ipAddress: IPAddress {
        withUnsafeBytes(of: address) { bytes in
            if address.ss_family == sa_family_t(AF_INET) {
                return IPAddress(networkBytes: bytes[4..<8]) ?? IPAddress(ipv4: 0)
            }
            let address = IPAddress(networkBytes: bytes[8..<24]) ?? IPAddress(ipv4: 0)
            return address.isIPv4Mapped ? IPAddress(ipv4: address.ipv4Bits) : address
        }
    }
}
