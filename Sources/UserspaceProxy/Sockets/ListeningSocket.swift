import CLinux
import Glibc
package import InternetAddresses

/// A socket that clients connect to, or send datagrams to. Closed with the last reference.
package final class ListeningSocket: Sendable {
    package let descriptor: CInt
    package let transport: TransportProtocol
    /// Where it is bound.
    package let address: RelayAddress

    /// Silently vanished clients are detected after three minutes: seconds of silence, and three probes.
    private static let keepAlive: (idle: Int32, interval: Int32, count: Int32) = (120, 20, 3)
    /// The kernel limits it to `net.core.somaxconn`.
    private static let backlog: Int32 = 65_535
    private static let receiveBuffer: Int32 = 1 << 20

    /// Binds to a TCP or UDP address, and listens; with port 0 the kernel chooses. With `awaitsAddress` the machine
    /// need not have the address yet (IP_FREEBIND).
    package init(
        _ transport: TransportProtocol, _ address: RelayAddress, awaitsAddress: Bool = false
    ) throws(RelayError) {
        let operation = "listen on \(transport) \(address)"
        let type = transport == .udp ? SOCK_DGRAM : SOCK_STREAM
        let family = address.address.family
        let descriptor = CLinux_socket(family.socketFamily, Int32(type.rawValue))
        guard descriptor >= 0 else { throw RelayError(operation, errno: -descriptor) }
        do throws(RelayError) {
            for (level, name, value) in Self.options(transport, family, awaitsAddress) {
                let result = CLinux_set_option(descriptor, level, name, value)
                guard result == 0 else { throw RelayError(operation, errno: -result) }
            }
            if transport == .udp, CLinux_ask_for_destination(descriptor, family.socketFamily) != 0 {
                throw RelayError(operation, errno: errno)
            }
            var storage = address.storage
            let length = address.storageLength
            let bound = withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard bound == 0 else { throw RelayError(operation, errno: errno) }
            if transport == .tcp, listen(descriptor, Self.backlog) != 0 {
                throw RelayError(operation, errno: errno)
            }
            let own = CLinux_own_address(descriptor, &storage)
            guard own == 0, let address = RelayAddress(storage) else { throw RelayError(operation, errno: -own) }
            self.address = address
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.transport = transport
    }

    /// Takes over a socket bound by an earlier process. The descriptor now belongs to this object.
    package init(adopting descriptor: CInt, _ transport: TransportProtocol) throws(RelayError) {
        var storage = sockaddr_storage()
        let result = CLinux_own_address(descriptor, &storage)
        guard result == 0, let address = RelayAddress(storage) else {
            close(descriptor)
            throw RelayError("take over a socket", errno: result == 0 ? EAFNOSUPPORT : -result)
        }
        self.descriptor = descriptor
        self.transport = transport
        self.address = address
    }

    deinit { close(descriptor) }

    /// Makes the kernel drop packets from other sources.
    package func hear(_ filter: SourceFilter) throws(RelayError) {
        guard let program = filter.program(address.address.family) else {
            throw RelayError("filter so many source ranges on \(transport) \(address)", errno: E2BIG)
        }
        let result = CLinux_attach_filter(descriptor, program, UInt16(program.count))
        guard result == 0 else { throw RelayError("filter sources on \(transport) \(address)", errno: -result) }
    }

    /// Accepted connections inherit what is set here (TCP_NODELAY, keep-alive), which saves calls for each of them.
    private static func options(
        _ transport: TransportProtocol, _ family: IPFamily, _ awaitsAddress: Bool
    ) -> [(level: Int32, name: Int32, value: Int32)] {
        var options: [(Int32, Int32, Int32)] = []
        if family == .ipv6 { options.append((Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)) }
        if awaitsAddress { options.append((Int32(IPPROTO_IP), IP_FREEBIND, 1)) }
        if transport == .udp {
            options.append((SOL_SOCKET, SO_RCVBUF, receiveBuffer))
        } else {
            let tcp = Int32(IPPROTO_TCP)
            options += [
                (SOL_SOCKET, SO_REUSEADDR, 1), (tcp, TCP_NODELAY, 1), (SOL_SOCKET, SO_KEEPALIVE, 1),
                (tcp, TCP_KEEPIDLE, keepAlive.idle), (tcp, TCP_KEEPINTVL, keepAlive.interval),
                (tcp, TCP_KEEPCNT, keepAlive.count),
            ]
        }
        return options
    }

    /// Makes a connection detect that the endpoint's machine has vanished.
    static func keepAlive(_ descriptor: CInt) {
        let tcp = Int32(IPPROTO_TCP)
        for (level, name, value) in [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (tcp, TCP_KEEPIDLE, keepAlive.idle),
            (tcp, TCP_KEEPINTVL, keepAlive.interval),
            (tcp, TCP_KEEPCNT, keepAlive.count),
        ] {
            // Without it the connection still works, but ends later.
            _ = CLinux_set_option(descriptor, level, name, value)
        }
    }
}
