import Glibc
import InternetAddresses

/// An address and port for the C library.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private let length: socklen_t
    let family: Int32

    init(_ address: IPAddress, port: UInt16) {
        let bytes = address.networkBytes
        switch address.family {
        case .ipv4:
            family = AF_INET
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &value.sin_addr) { $0.copyBytes(from: bytes) }
            withUnsafeMutableBytes(of: &storage) { target in
                withUnsafeBytes(of: value) { target.copyMemory(from: $0) }
            }
        case .ipv6:
            family = AF_INET6
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &value.sin6_addr) { $0.copyBytes(from: bytes) }
            withUnsafeMutableBytes(of: &storage) { target in
                withUnsafeBytes(of: value) { target.copyMemory(from: $0) }
            }
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

/// A socket that closes with this object.
final class Socket {
    let number: Int32

    /// A non-blocking socket; `nil` if the system refuses, with the reason in `errno`.
    init?(_ family: Int32, _ type: __socket_type, protocol number: Int32 = 0) {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, Int32(type.rawValue) | flags, number)
        guard descriptor >= 0 else { return nil }
        self.number = descriptor
    }

    deinit { close(number) }

    func connect(to address: SocketAddress) -> Int32 {
        address.withPointer { Glibc.connect(number, $0, $1) == 0 ? 0 : errno }
    }

    /// The socket's pending error; 0 for none.
    var pendingError: Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    /// Waits for `events` (poll(2)) until the deadline; returns whether they have occurred, even if it has passed.
    func wait(for events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let rest = deadline - ContinuousClock.now
            var entry = pollfd(fd: number, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, rest > .zero ? rest.milliseconds : 0)
            if count > 0 { return true }
            if count < 0 ? errno != EINTR : rest <= .zero { return false }
        }
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    var milliseconds: Int32 {
        Int32(clamping: max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000))
    }
}

/// The C library's message for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
