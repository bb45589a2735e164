import Synchronization

/// Spreads writes over time: so many a second on average, and a burst of as many at once after a pause.
package final class WriteLimit: Sendable {
    /// What is left at a moment; a plain value.
    struct Bucket: Sendable {
        let perSecond: Double
        private var tokens: Double
        private var filled: ContinuousClock.Instant

        init(perSecond: Double, at now: ContinuousClock.Instant) {
            self.perSecond = perSecond
            tokens = perSecond
            filled = now
        }

        /// Takes one; the debt is paid by waiting for what is returned.
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

    /// Waits until the next write may go.
    func wait() async throws {
        guard let delay = bucket?.withLock({ $0.take(at: .now) }), delay > .zero else { return }
        try await ContinuousClock().sleep(for: delay)
    }
}
