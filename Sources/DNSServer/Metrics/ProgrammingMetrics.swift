import Synchronization

/// The time from the event of a change until names are answered accordingly.
final class ProgrammingMetrics: Sendable {
    private let histogram = Mutex(DurationHistogram())

    func record(seconds: Double) { histogram.withLock { $0.record(seconds) } }

    var snapshot: DurationHistogram { histogram.withLock { $0 } }
}
