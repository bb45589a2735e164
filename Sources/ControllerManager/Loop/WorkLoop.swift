import Mailboxes

/// Passes the keys of a ``WorkQueue`` to a fixed number of workers.
final class WorkLoop<Key: Hashable & Sendable>: Sendable {
    /// The accuracy of delays.
    private static var tick: Duration { .milliseconds(20) }

    private let queue: Mailbox<WorkQueue<Key>>
    private let workers: Int

    init(_ queue: WorkQueue<Key>, workers: Int) {
        self.queue = Mailbox(queue)
        self.workers = workers
    }

    func add(_ keys: Set<Key>) {
        guard !keys.isEmpty else { return }
        queue.post { $0.add(keys) }
    }

    func open() { queue.post { $0.open() } }

    func postpone(_ key: Key, until time: ContinuousClock.Instant) {
        queue.post { $0.postpone(key, until: time) }
    }

    /// The result of processing a key.
    enum Result: Sendable {
        case finished
        /// Called with the delay until the next try.
        case failed(@Sendable (Duration) -> Void)
    }

    /// Runs until the task is cancelled.
    func run(_ work: @escaping @Sendable (Key) async -> Result) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wake() }
            for _ in 0..<workers {
                group.addTask {
                    while let key = await self.queue.next({ $0.take() }) {
                        switch await work(key) {
                        case .finished: self.queue.post { $0.finished(key) }
                        case .failed(let report): report(self.queue.post { $0.failed(key, at: .now) })
                        }
                    }
                }
            }
            while try await group.next() != nil {}
        }
    }

    /// Makes keys due whose delay has passed.
    private func wake() async throws {
        while await queue.next({ $0.hasDelayed ? true : nil }) != nil {
            try await ContinuousClock().sleep(for: Self.tick)
            queue.post { $0.wake(at: .now) }
        }
    }
}
