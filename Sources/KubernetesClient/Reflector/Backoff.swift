/// How long to wait before the next try: from 0.8 s up to 30 s, doubling, with jitter, so that the nodes of a cluster do
/// not come back all at once.
struct Backoff: Sendable {
    /// What the delays are made from.
    struct Limits: Sendable, Hashable {
        var first: Duration = .milliseconds(800)
        var longest: Duration = .seconds(30)
        /// So long without a failure, and the next one is the first again.
        var healthy: Duration = .seconds(120)
        /// A server may ask for patience (`Retry-After`), but not for more than this.
        var longestRetryAfter: Duration = .seconds(300)
    }

    private let limits: Limits
    private var bound: Duration
    private var healthyFrom: ContinuousClock.Instant?

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        bound = limits.first
    }

    /// The delay after a failure at `now`: random between a tenth of the bound and the bound, which then doubles. Never
    /// less than what the server asked for in `retryAfter`.
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
