import Dataplane
import Glibc
import InternetAddresses

/// What the mode reads and sets of the node itself, in the calling thread's network namespace.
enum NodeSettings {
    /// Lets the kernel route packets with loopback addresses, so that node ports work on 127.0.0.1.
    static func allowLocalhostRouting() throws(DataplaneError) {
        let path = "/proc/sys/net/ipv4/conf/all/route_localnet"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var current: UInt8 = 0
        // It may be set for us, and the file be read-only in effect, as in some containers.
        if read(descriptor, &current, 1) == 1, current == UInt8(ascii: "1") { return }
        guard pwrite(descriptor, "1", 1, 0) == 1 else { throw failure(path) }
    }

    /// The addresses of all interfaces.
    static func interfaceAddresses() throws(DataplaneError) -> [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw DataplaneError(
                .transient, "cannot list the addresses of the node's interfaces: \(String(cString: strerror(errno)))")
        }
        defer { freeifaddrs(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ifa_addr.flatMap(address) { addresses.append(address) }
            next = entry.pointee.ifa_next
        }
        return addresses
    }

    private static func address(_ pointer: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin_addr) { IPAddress(networkBytes: $0) }
            }
        case AF_INET6:
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin6_addr) { IPAddress(networkBytes: $0) }
            }
        default: nil
        }
    }

    private static func failure(_ path: String) -> DataplaneError {
        DataplaneError(
            errno == EACCES || errno == EPERM || errno == EROFS ? .permission : .transient,
            "cannot write 1 to \(path), which node ports on 127.0.0.1 need: \(String(cString: strerror(errno))); "
                + "set it, or use --iptables-localhost-nodeports=false")
    }
}
