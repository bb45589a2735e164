package import KubernetesAPI
import Synchronization

/// Changes that sources have posted and the consumer has not yet taken: the last one of each object.
///
/// A thousand changes to one object become one. Memory is bounded by the number of objects, not by the number of events.
/// Sources post from any task; a single consumer reads.
package final class ObjectInbox: Sendable {
    /// Changes taken together, in no particular order; at most one for each object.
    package struct Batch: Sendable {
        package var changes: [ObjectChange]
        /// When the oldest of these changes was posted.
        package var oldest: ContinuousClock.Instant
        /// Whether everything that the sources knew at their start is in this batch or an earlier one.
        package var isSynchronized: Bool
    }

    private struct State {
        var pending: [ObjectKey: ObjectChange] = [:]
        var oldest: ContinuousClock.Instant?
        var missing: Set<ObjectKind>
        var synchronizationIsNews = false
        var waiter: CheckedContinuation<Void, Never>?

        var isReady: Bool { !pending.isEmpty || synchronizationIsNews }
    }

    private let state: Mutex<State>

    /// An inbox that is synchronized once each of `kinds` was marked so.
    package init(waitingFor kinds: Set<ObjectKind>) {
        state = Mutex(State(missing: kinds, synchronizationIsNews: kinds.isEmpty))
    }

    /// Posts `changes`; each replaces the pending change of the same object.
    package func post(_ changes: some Sequence<ObjectChange>) {
        let now = ContinuousClock.now
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            for change in changes { state.pending[change.key] = change }
            guard !state.pending.isEmpty else { return nil }
            state.oldest = state.oldest ?? now
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Records that all objects of `kind` that exist now have been posted.
    package func markSynchronized(_ kind: ObjectKind) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.missing.remove(kind) != nil, state.missing.isEmpty else { return nil }
            state.synchronizationIsNews = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits until there is something to take, and takes all of it. Returns `nil` when the task is cancelled.
    package func next() async -> Batch? {
        while !Task.isCancelled {
            if let batch = take() { return batch }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let resumeNow = state.withLock { state in
                        guard !state.isReady, !Task.isCancelled else { return true }
                        state.waiter = continuation
                        return false
                    }
                    if resumeNow { continuation.resume() }
                }
            } onCancel: {
                state.withLock { $0.waiter.take() }?.resume()
            }
        }
        return nil
    }

    private func take() -> Batch? {
        state.withLock { state in
            guard state.isReady else { return nil }
            let batch = Batch(
                changes: Array(state.pending.values), oldest: state.oldest ?? .now,
                isSynchronized: state.missing.isEmpty)
            state.pending = [:]
            state.oldest = nil
            state.synchronizationIsNews = false
            return batch
        }
    }
}
