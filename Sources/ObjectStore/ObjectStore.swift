import GRDB
import Synchronization

/// Objects in one SQLite file, all of them also in memory.
///
/// Reads never wait for the disk. Writes run one after another on the database's own thread; those that arrive while it
/// waits for the disk share the next wait. Acknowledged writes are on the disk, and readers see only those.
package final class ObjectStore: Sendable {
    /// One write: runs in its transaction, and returns a closure that notifies the caller once the group has
    /// succeeded or failed.
    private typealias Operation = @Sendable (WriteGroup) -> @Sendable (StoreError?) -> Void

    private struct Queue {
        var waiting: [Operation] = []
        var isDraining = false
        var isClosed = false
    }

    private let database: DatabaseQueue
    private let path: String
    private let memory: StoreMemory
    private let queue = Mutex(Queue())

    /// Opens the file, or creates it. Blocks while reading.
    ///
    /// - Parameters:
    ///   - path: the file; the log's name appends `-wal`.
    ///   - events: how many changes of each resource watchers can catch up with.
    /// - Throws: `StoreError` with what to do, when the file is in use, damaged, or cannot be written.
    package init(path: String, events: Int = 8192) throws {
        self.path = path
        database = try StoreDatabase.open(path)
        let (records, revision) = try StoreDatabase.load(database, path: path)
        memory = StoreMemory(
            records: records, revision: revision, lastRow: records.lazy.map(\.row).max() ?? 0,
            limits: EventWindow.Limits(events: events))
    }

    // MARK: Writing

    /// Runs `body` on the state after all earlier writes, and returns once its changes are on the disk.
    ///
    /// - Throws: what `body` throws, after which nothing has changed; `StoreError` if the disk fails.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            let operation: Operation = { group in
                let transaction = StoreTransaction(group: group)
                do {
                    let result = try body(transaction)
                    transaction.merge()
                    return { failure in
                        if let failure {
                            continuation.resume(throwing: failure)
                        } else {
                            continuation.resume(returning: result)
                        }
                    }
                } catch {
                    return { _ in continuation.resume(throwing: error) }
                }
            }
            let (accepted, starts) = queue.withLock { queue in
                guard !queue.isClosed else { return (false, false) }
                queue.waiting.append(operation)
                defer { queue.isDraining = true }
                return (true, !queue.isDraining)
            }
            guard accepted else {
                continuation.resume(throwing: StoreError(.closed, "the store is closing"))
                return
            }
            if starts { database.asyncWriteWithoutTransaction { [self] in drain($0) } }
        }
    }

    /// Writes group after group until none is waiting.
    private func drain(_ database: Database) {
        while true {
            let operations = queue.withLock { queue in
                if queue.waiting.isEmpty { queue.isDraining = false }
                defer { queue.waiting = [] }
                return queue.waiting
            }
            guard !operations.isEmpty else { return }
            let group = WriteGroup(memory: memory)
            let answers = operations.map { $0(group) }
            let failure = commit(group, to: database)
            for answer in answers { answer(failure) }
        }
    }

    private func commit(_ group: WriteGroup, to database: Database) -> StoreError? {
        guard !group.events.isEmpty else { return nil }
        do {
            try StoreDatabase.write(group, to: database)
            memory.publish(group)
            return nil
        } catch let error as DatabaseError {
            return StoreError(error, path: path)
        } catch {
            return StoreError(.unavailable, "\(path): \(error)")
        }
    }

    /// Refuses further writes, finishes the pending ones, and closes the file, even if the task is cancelled.
    package func close() async throws {
        queue.withLock { $0.isClosed = true }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            database.asyncWriteWithoutTransaction { _ in continuation.resume() }
        }
        try database.close()
    }

    // MARK: Reading

    /// The revision of the last change on the disk.
    package var revision: Int64 { memory.position.revision }

    package func record(_ key: RecordKey) -> Record? { memory.record(key) }

    /// Objects of a resource, in `namespace` or everywhere, in list order, and their revision.
    package func records(
        of resource: String, in namespace: String? = nil
    ) -> (records: ArraySlice<Record>, revision: Int64) {
        memory.snapshot(of: resource, in: namespace)
    }

    /// The objects as they were at `revision`; `nil` if that is too long ago.
    package func records(
        of resource: String, in namespace: String? = nil, at revision: Int64
    ) -> ArraySlice<Record>? {
        memory.snapshot(of: resource, in: namespace, at: revision)
    }

    // MARK: Watching

    /// The changes of a resource after `revision`, and the revision up to which they are complete; `nil` if some of
    /// them have left the window.
    package func events(of resource: String, after revision: Int64) -> (events: [StoreEvent], revision: Int64)? {
        memory.events(of: resource, after: revision)
    }

    /// The changes of all resources after `revision`, in order; `nil` as above.
    package func events(after revision: Int64) -> (events: [StoreEvent], revision: Int64)? {
        memory.events(after: revision)
    }

    /// Waits until a resource of `resources` (any, for `nil`) has changed after `revision`; returns early at
    /// `deadline`, with the accuracy of ``run()``, and when the task is cancelled.
    package func wait(
        for resources: Set<String>?, after revision: Int64, until deadline: ContinuousClock.Instant
    ) async {
        await memory.wait(for: resources, after: revision, until: deadline)
    }

    /// Drops the changes up to `revision`: watchers that have not read them must list again.
    package func compact(through revision: Int64) { memory.compact(through: revision) }

    /// Wakes waiting tasks at their deadlines, and returns free pages to the file system, until cancelled.
    package func run() async throws {
        var ticks = 0
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(250))
            memory.wakeExpired(now: .now)
            ticks += 1
            if ticks % 2400 == 0 { try await shrink() }
        }
    }

    private func shrink() async throws {
        try await database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA incremental_vacuum(1000)")
        }
    }
}
