import CLinux
import Glibc

/// The limits of a relay.
package struct RelayConfiguration: Sendable, Hashable {
    /// How many threads carry connections.
    package var threads: Int
    /// Connections at a time. Those that come when there are so many wait in the kernel's queues.
    package var connectionLimit: Int
    /// UDP sessions at a time; when there are more, the one that has been silent for longest ends.
    package var sessionLimit: Int
    /// Pipes at a time, through which the kernel moves the bytes of connections with much to carry. Others are copied.
    package var pipeLimit: Int
    /// How long each attempt to reach an endpoint may take, in milliseconds; one attempt for each. The original
    /// kube-proxy had these.
    package var callTimeouts: [UInt64] = [250, 500, 1000, 2000]
    package var sessionTimeouts = SessionTimeouts()

    /// How long UDP sessions last after their last datagram, in milliseconds.
    package struct SessionTimeouts: Sendable, Hashable {
        /// Until the first answer.
        package var unanswered: UInt64 = 30_000
        /// Of a session of one question and its answer, which is most often all that there will be.
        package var answered: UInt64 = 2_000
        /// Of longer ones.
        package var flowing: UInt64 = 120_000

        package init() {}
    }

    /// Limits for so many open files: a connection takes two, a pipe two, a UDP session one.
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
    /// Files beyond which raising the limit has no use: 450,000 connections.
    private static let enough: rlim_t = 1 << 20

    /// Raises the limit as far as the system allows and returns it.
    package static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        // With CAP_SYS_RESOURCE the upper bound can be raised too.
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
