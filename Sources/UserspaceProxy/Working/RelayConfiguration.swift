import CLinux
import Glibc

/// The limits of a relay.
package struct RelayConfiguration: Sendable, Hashable {
    /// The number of threads that carry connections.
    package var threads: Int
    /// The maximum number of simultaneous connections. Further ones wait in the kernel's queues.
    package var connectionLimit: Int
    /// The maximum number of simultaneous UDP sessions; beyond it, the longest silent one ends.
    package var sessionLimit: Int
    /// The maximum number of pipes, through which the kernel moves the bytes of busy connections.
    /// Other bytes are copied.
    package var pipeLimit: Int
    /// The timeout of each attempt to reach an endpoint, in milliseconds, one per attempt. From
    /// kube-proxy's userspace mode.
    package var callTimeouts: [UInt64] = [250, 500, 1000, 2000]
    package var sessionTimeouts = SessionTimeouts()

    /// How long UDP sessions last after their last datagram, in milliseconds.
    package struct SessionTimeouts: Sendable, Hashable {
        /// Until the first answer.
        package var unanswered: UInt64 = 30_000
        /// For a session of one question and its answer, usually all there will be.
        package var answered: UInt64 = 2_000
        /// For longer ones.
        package var flowing: UInt64 = 120_000

        package init() {}
    }

    /// Limits for this many open files: a connection takes two, a pipe two, a UDP session one.
    package init(threads: Int = Self.processors, openFiles: Int) {
        self.threads = max(1, threads)
        let sixteenth = openFiles / 16
        connectionLimit = max(16, 7 * sixteenth)
        sessionLimit = max(16, sixteenth)
        pipeLimit = max(4, sixteenth / 2)
    }

    /// The processors that this process may use.
    package static var processors: Int { Int(CLinux_processors()) }
}

/// The limit of open files of this process (RLIMIT_NOFILE, getrlimit(2)).
package enum OpenFiles {
    /// The number of files beyond which raising the limit is pointless: 450,000 connections.
    private static let enough: rlim_t = 1 << 20

    /// Raises the limit as far as the system allows and returns it.
    package static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        // With CAP_SYS_RESOURCE the hard limit can also be raised.
        for wanted in [rlimit(rlim_cur: enough, rlim_max: max(enough, limit.rlim_max)), hardest(limit)]
        where limit.rlim_cur < enough {
            var wanted = wanted
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
        }
        return Int(clamping: min(limit.rlim_cur, enough))
    }

    private static func hardest(_ limit: rlimit) -> rlimit {
        rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
    }
}
