import Synchronization

/// Limits the rate of writes: an average per second, with a burst of one second's worth after a pause.
package final class WriteLimit: Sendable {
    /// The remaining budget; a plain value.
    struct Bucket: Sendable {
        let perSecond: Double
        private var tokens: Double
        private var filled: ContinuousClock.Instant

        init(perSecond: Double, at now: ContinuousClock.Instant) {
            self.perSecond = perSecond
            tokens = perSecond
            filled = now
        }

        /// Takes one, and returns how long to wait.
        mutating func take(at now: ContinuousClock.Instant) -> Duration {
            tokens = min(perSecond, tokens + perSecond * (filled.duration(to: now) / .seconds(1))) - 1
            filled = now
            return tokens >= 0 ? .zero : .seconds(-tokens / perSecond)
        }
    }

    private let bucket: Mutex<Bucket>?

    /// `perSecond`: 0 for no limit.
    package init(perSecond: Int) {
        bucket = perSecond > 0 ? Mutex(Bucket(perSecond: Double(perSecond), at: .now)) : nil
    }

    /// Waits until the next write is permitted.
    func wait() async throws {
        guard let delay = bucket?.withLock({ $0.take(at: .now) }), delay > .zero else { return }
        try await ContinuousClock().sleep(for: delay)
    }
}
