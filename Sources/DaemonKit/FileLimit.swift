import Glibc

/// How many files a process may have open. What is usual, 1,024, is too little for a server.
enum FileLimit {
    /// Raises the limit to 65,536, or to what the system allows at most. A higher one stays as it is.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 1 << 16))
        // The limit that there was still lets the daemon work, with fewer clients at once.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
