import DequeModule

/// Pending connection attempts to endpoints, in order of expiry.
struct CallQueue {
    private struct Call {
        var token: Token
        var deadline: UInt64
    }

    /// One queue per attempt: all calls in it have the same timeout, so the first one expires first.
    private var queues: [Deque<Call>]
    private let timeouts: [UInt64]

    /// `timeouts` in milliseconds, one for each attempt.
    init(timeouts: [UInt64]) {
        self.timeouts = timeouts
        queues = timeouts.map { _ in Deque() }
    }

    /// The number of endpoints tried.
    var attempts: Int { timeouts.count }

    mutating func append(_ token: Token, attempt: Int, at now: UInt64) {
        queues[attempt].append(Call(token: token, deadline: now + timeouts[attempt] * 1_000_000))
    }

    /// Removes an expired call, which may have been answered long ago.
    mutating func expired(at now: UInt64) -> (token: Token, attempt: Int)? {
        for attempt in queues.indices {
            guard let first = queues[attempt].first, first.deadline <= now else { continue }
            return (queues[attempt].removeFirst().token, attempt)
        }
        return nil
    }

    /// When the next call expires.
    var nextDeadline: UInt64? { queues.lazy.compactMap { $0.first?.deadline }.min() }
}
