import Synchronization

/// How long it took from the event of a change until names were answered accordingly.
final class ProgrammingMetrics: Sendable {
    private let histogram = Mutex(DurationHistogram())

    func record(seconds: Double) { histogram.withLock { $0.record(seconds) } }

    var snapshot: DurationHistogram { histogram.withLock { $0 } }
}
