import Glibc
package import InternetAddresses

/// The kernel's view of this machine, in this network namespace.
package enum Machine {
    /// The host name, as `hostname` prints it.
    package static func hostName() throws(DaemonError) -> String {
        let size = Int(HOST_NAME_MAX) + 1
        var name = [CChar](repeating: 0, count: size)
        let result = gethostname(&name, size)
        guard result == 0 else {
            throw DaemonError(.system, "the host name cannot be read: \(String(cString: strerror(errno)))")
        }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The addresses of interfaces that are up, sorted. Interfaces named in `excluded` are skipped.
    package static func addresses(except excluded: Set<String> = []) throws(DaemonError) -> [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw DaemonError(
                .system, "the machine's addresses cannot be listed: \(String(cString: strerror(errno)))")
        }
        defer { freeifaddrs(list) }
        var addresses: Set<IPAddress> = []
        for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
            guard let entry = entry?.pointee, entry.ifa_flags & UInt32(IFF_UP) != 0,
                !excluded.contains(String(cString: entry.ifa_name)),
                let socketAddress = entry.ifa_addr, let address = read(socketAddress)
            else { continue }
            addresses.insert(address)
        }
        return addresses.sorted()
    }

    private static func read(_ address: UnsafePointer<sockaddr>) -> IPAddress? {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin_addr) { IPAddress(networkBytes: $0) }
            }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin6_addr) { IPAddress(networkBytes: $0) }
            }
        default:
            nil
        }
    }
}
