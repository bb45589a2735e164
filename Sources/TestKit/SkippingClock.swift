import Synchronization

/// A clock that advances only through sleeps, which return at once.
package final class SkippingClock: Clock {
    package typealias Instant = ContinuousClock.Instant

    /// The time at creation.
    package let start = ContinuousClock.now
    private let slept = Mutex<[Duration]>([])

    /// A clock without sleeps so far.
    package init() {}

    /// The length of each sleep so far.
    package var sleeps: [Duration] { slept.withLock { $0 } }
    /// The start, plus all sleeps.
    package var now: Instant { start + sleeps.reduce(.zero, +) }
    /// One nanosecond.
    package let minimumResolution = Duration.nanoseconds(1)

    /// Moves the clock to `deadline`. Throws `CancellationError` in a cancelled task.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        slept.withLock { slept in
            let now = start + slept.reduce(.zero, +)
            slept.append(now.duration(to: deadline))
        }
    }
}
