/// The delay before the next try: from 0.8 s up to 30 s, doubling, with jitter, so that the nodes of a cluster do not
/// all reconnect at once.
struct Backoff: Sendable {
    /// The bounds of the delays.
    struct Limits: Sendable, Hashable {
        var first: Duration = .milliseconds(800)
        var longest: Duration = .seconds(30)
        /// The longest delay after a refused connection. A refusal costs the server's host almost nothing, and a
        /// recovered server should be noticed soon.
        var longestRefused: Duration = .seconds(3)
        /// The longest delay after an expired version, which is the answer of a healthy server.
        var expired: Duration = .seconds(1)
        /// The interval at which a waiting reflector checks whether the server has answered another one.
        var consultation: Duration = .milliseconds(500)
        /// The time without a failure after which the delays start over.
        var healthy: Duration = .seconds(120)
        /// The longest `Retry-After` that is honoured.
        var longestRetryAfter: Duration = .seconds(300)
    }

    private let limits: Limits
    private var bound: Duration
    private var healthyFrom: ContinuousClock.Instant?

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        bound = limits.first
    }

    /// A backoff with the same limits and no failures yet.
    var reset: Backoff { Backoff(limits) }

    /// The delay after a failure at `now`: random between a tenth of the bound and the bound, which then doubles. Never
    /// less than the server's `retryAfter`.
    mutating func delay(
        after now: ContinuousClock.Instant, retryAfter: Duration? = nil, random: inout some RandomNumberGenerator
    ) -> Duration {
        if let healthyFrom, now >= healthyFrom { bound = limits.first }
        let chosen = bound * Double.random(in: 0.1...1, using: &random)
        bound = min(bound * 2, limits.longest)
        let delay = max(chosen, min(retryAfter ?? .zero, limits.longestRetryAfter))
        healthyFrom = now.advanced(by: delay + limits.healthy)
        return delay
    }
}
