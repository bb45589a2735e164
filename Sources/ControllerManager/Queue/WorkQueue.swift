import DequeModule

/// Keys to process: each is queued at most once, never processed by two workers at a time, and returns after a delay
/// if processing fails.
package struct WorkQueue<Key: Hashable & Sendable>: Sendable {
    /// The delays after failures of one key: doubling, from the first to the longest.
    package struct Delays: Sendable, Hashable {
        package var first: Duration = .milliseconds(50)
        package var longest: Duration = .seconds(30)

        package init() {}
    }

    private let delays: Delays
    private var ready: Deque<Key> = []
    private var waiting: Set<Key> = []
    private var inWork: Set<Key> = []
    /// Keys in progress that have changed since they were taken.
    private var again: Set<Key> = []
    private var failures: [Key: Int] = [:]
    private var delayed: [Key: ContinuousClock.Instant] = [:]
    /// Until then no key is handed out: not everything is known yet.
    private var isOpen: Bool

    package init(isOpen: Bool = true, delays: Delays = Delays()) {
        self.isOpen = isOpen
        self.delays = delays
    }

    /// The number of keys queued or in progress.
    package var count: Int { waiting.count + inWork.count + delayed.count }

    package mutating func open() { isOpen = true }

    /// Adds changed keys, which are due at once, even if they have failed before.
    package mutating func add(_ keys: some Sequence<Key>) {
        for key in keys {
            delayed[key] = nil
            if inWork.contains(key) {
                again.insert(key)
            } else if waiting.insert(key).inserted {
                ready.append(key)
            }
        }
    }

    /// The next key, which is in progress until it is finished.
    package mutating func take() -> Key? {
        guard isOpen, let key = ready.popFirst() else { return nil }
        waiting.remove(key)
        inWork.insert(key)
        return key
    }

    package mutating func finished(_ key: Key) {
        inWork.remove(key)
        failures[key] = nil
        if again.remove(key) != nil { add([key]) }
    }

    /// Processing failed: the key is due again after a delay, or on the next change.
    ///
    /// - Returns: the delay.
    @discardableResult
    package mutating func failed(_ key: Key, at now: ContinuousClock.Instant) -> Duration {
        inWork.remove(key)
        let count = failures[key, default: 0]
        failures[key] = count + 1
        if again.remove(key) != nil {
            add([key])
            return .zero
        }
        let delay = min(delays.first * (1 << min(count, 20)), delays.longest)
        delayed[key] = now.advanced(by: delay)
        return delay
    }

    /// Makes the key due after a delay, or on an earlier change.
    package mutating func postpone(_ key: Key, until time: ContinuousClock.Instant) {
        guard !waiting.contains(key) else { return }
        delayed[key] = min(time, delayed[key] ?? time)
    }

    /// Whether keys are delayed.
    package var hasDelayed: Bool { !delayed.isEmpty }

    /// Makes delayed keys due whose time has come.
    package mutating func wake(at now: ContinuousClock.Instant) {
        let due = delayed.filter { $0.value <= now }.keys
        if !due.isEmpty { add(Array(due)) }
    }
}
