import Glibc
import InternetAddresses

/// What this machine is.
enum Machine {
    static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// Allows as many open files as the system lets us: a question on its way upstream takes one.
    static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 1 << 16))
        // The limit that there was still lets us work, with fewer questions at once.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The addresses of all interfaces, but for loopback and link-local ones; none if the system does not say.
    static var addresses: [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        return sequence(first: list) { $0?.pointee.ifa_next }.compactMap { entry -> IPAddress? in
            guard let address = entry?.pointee.ifa_addr else { return nil }
            let length: (start: Int, count: Int)
            switch CInt(address.pointee.sa_family) {
            case AF_INET: length = (4, 4)
            case AF_INET6: length = (8, 16)
            default: return nil
            }
            let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + length.start, count: length.count)
            guard let own = IPAddress(networkBytes: bytes), !own.isLoopback, !own.isLinkLocal else { return nil }
            return own
        }
    }
}
