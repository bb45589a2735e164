import Glibc

/// How many files a process may have open. The usual limit, 1,024, is too low for a server.
enum FileLimit {
    /// Raises the limit to 65,536, or to the maximum that the system allows. Never lowers it.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 1 << 16))
        // The old limit still lets the daemon work, with fewer clients at once.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
