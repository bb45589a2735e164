import Glibc
import Synchronization

/// Ports for servers that are told theirs before they listen.
///
/// A port that the kernel has chosen for another socket may be chosen again at any time, for a client of another test.
/// These are below those that Linux gives to sockets without one (`net.ipv4.ip_local_port_range`), and none is given
/// twice in a process.
package enum ReservedPort {
    private static let range = 21_000..<29_000
    /// Another process may run tests too: it begins elsewhere.
    private static let next = Atomic(Int.random(in: 0..<range.count))

    /// A port on which nothing listens, over TCP or UDP, at 127.0.0.1 or all addresses. Throws if all are taken.
    package static func take() throws -> UInt16 {
        for _ in range {
            let offset = next.wrappingAdd(1, ordering: .relaxed).oldValue
            let port = UInt16(range.lowerBound + offset % range.count)
            if isFree(port, SOCK_STREAM), isFree(port, SOCK_DGRAM) { return port }
        }
        throw Exhausted()
    }

    /// All ports are in use.
    package struct Exhausted: Error {}

    private static func isFree(_ port: UInt16, _ type: __socket_type) -> Bool {
        let descriptor = socket(AF_INET, CInt(type.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
