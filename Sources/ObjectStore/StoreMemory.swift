import Synchronization

/// The contents of the disk, in memory, and the tasks that wait for changes.
final class StoreMemory: Sendable {
    private struct State {
        var tables: [String: RecordTable] = [:]
        var revision: Int64
        var lastRow: Int64
        let opened: Int64
        var waiters = Waiters()
    }

    private let state: Mutex<State>
    private let limits: EventWindow.Limits

    init(records: [Record], revision: Int64, lastRow: Int64, limits: EventWindow.Limits) {
        var state = State(revision: revision, lastRow: lastRow, opened: revision)
        for record in records {
            state.tables[record.key.resource, default: RecordTable(opened: revision, limits: limits)].load(record)
        }
        self.state = Mutex(state)
        self.limits = limits
    }

    var position: (revision: Int64, lastRow: Int64) {
        state.withLock { ($0.revision, $0.lastRow) }
    }

    func record(_ key: RecordKey) -> Record? {
        state.withLock { $0.tables[key.resource]?.record(key) }
    }

    func records(of resource: String, in namespace: String?) -> ArraySlice<Record> {
        state.withLock { $0.tables[resource]?.records(in: namespace) ?? [] }
    }

    /// Records and their revision.
    func snapshot(of resource: String, in namespace: String?) -> (records: ArraySlice<Record>, revision: Int64) {
        state.withLock { ($0.tables[resource]?.records(in: namespace) ?? [], $0.revision) }
    }

    func snapshot(of resource: String, in namespace: String?, at revision: Int64) -> ArraySlice<Record>? {
        state.withLock { state in
            guard let table = state.tables[resource] else { return revision >= state.opened ? [] : nil }
            return table.records(in: namespace, at: revision)
        }
    }

    func events(of resource: String, after revision: Int64) -> (events: [StoreEvent], revision: Int64)? {
        state.withLock { state in
            guard let table = state.tables[resource] else {
                return revision >= state.opened ? ([], state.revision) : nil
            }
            return table.window.events(after: revision).map { ($0, state.revision) }
        }
    }

    func events(after revision: Int64) -> (events: [StoreEvent], revision: Int64)? {
        state.withLock { state in
            var events: [StoreEvent] = []
            guard revision >= state.opened else { return nil }
            for table in state.tables.values {
                guard let some = table.window.events(after: revision) else { return nil }
                events += some
            }
            return (events.sorted { $0.revision < $1.revision }, state.revision)
        }
    }

    func compact(through revision: Int64) {
        state.withLock { state in
            for resource in state.tables.keys { state.tables[resource]?.compact(through: revision) }
        }
    }

    /// Publishes what is now on the disk to readers, and wakes those waiting for it.
    func publish(_ group: WriteGroup) {
        let limits = limits
        let events = group.events
        let (revision, lastRow) = (group.revision, group.lastRow)
        let woken = state.withLock { state in
            let opened = state.opened
            var touched: Set<String> = []
            for event in events {
                let resource = event.record.key.resource
                touched.insert(resource)
                state.tables[resource, default: RecordTable(opened: opened, limits: limits)].apply(event)
            }
            state.revision = revision
            state.lastRow = lastRow
            return state.waiters.take(touched)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Wakes tasks whose deadline has passed.
    func wakeExpired(now: ContinuousClock.Instant) {
        let woken = state.withLock { $0.waiters.takeExpired(now: now) }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until there are changes of one of `resources` (of any, for `nil`) after `revision`, or `deadline` comes.
    func wait(
        for resources: Set<String>?, after revision: Int64, until deadline: ContinuousClock.Instant
    ) async {
        let number = state.withLock { $0.waiters.newNumber() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    guard !Task.isCancelled, !Self.hasChanges(state, resources, after: revision) else { return true }
                    state.waiters.add(
                        Waiters.Waiter(resources: resources, deadline: deadline, continuation: continuation), number)
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.remove(number) }?.resume()
        }
    }

    private static func hasChanges(_ state: State, _ resources: Set<String>?, after revision: Int64) -> Bool {
        guard let resources else { return state.revision > revision }
        return resources.contains { resource in
            guard let table = state.tables[resource] else { return false }
            return table.window.lastRevision > revision
        }
    }
}
