import Synchronization

/// A clock on which time passes only by sleeping, and then at once.
final class SkippingClock: Clock {
    typealias Instant = ContinuousClock.Instant

    let start = ContinuousClock.now
    private let slept = Mutex<[Duration]>([])

    /// How long each sleep was asked to last.
    var sleeps: [Duration] { slept.withLock { $0 } }
    var now: Instant { start + sleeps.reduce(.zero, +) }
    let minimumResolution = Duration.nanoseconds(1)

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        slept.withLock { slept in
            let now = start + slept.reduce(.zero, +)
            slept.append(now.duration(to: deadline))
        }
    }
}
