package import KubernetesAPI
import Mailboxes

/// Changes that sources have posted and the consumer has not yet taken: the latest of each object.
///
/// A thousand changes to one object become one. Memory is bounded by the number of objects, not by the number of
/// events. Sources post from any task; a single consumer reads. A source that reads a whole cluster calls
/// ``waitForRoom()`` between pieces, so that the inbox does not hold the cluster a second time.
package final class ObjectInbox: Sendable {
    /// Changes taken together, in no particular order; at most one for each object.
    package struct Batch: Sendable {
        package var changes: [ObjectChange]
        /// When the oldest of these changes was posted.
        package var oldest: ContinuousClock.Instant
        /// Whether everything that the sources knew at the start is in this batch or an earlier one.
        package var isSynchronized: Bool
    }

    /// The number of pending changes at which ``waitForRoom()`` waits.
    package static let capacity = 4_096

    private struct Contents: Sendable {
        var pending: [ObjectKey: ObjectChange] = [:]
        var oldest: ContinuousClock.Instant?
        var missing: Set<ObjectKind>
        var synchronizationIsNews = false

        /// After the initial state, sources are never held up: the consumer may be busy for seconds, and the API server
        /// closes a watch that is not read.
        var hasRoom: Bool { missing.isEmpty || pending.count < ObjectInbox.capacity }

        mutating func take() -> Batch? {
            guard !pending.isEmpty || synchronizationIsNews else { return nil }
            defer {
                pending = [:]
                oldest = nil
                synchronizationIsNews = false
            }
            return Batch(
                changes: Array(pending.values), oldest: oldest ?? .now, isSynchronized: missing.isEmpty)
        }
    }

    private let mailbox: Mailbox<Contents>

    /// An inbox that is synchronized once each of `kinds` has been marked synchronized.
    package init(waitingFor kinds: Set<ObjectKind>) {
        mailbox = Mailbox(Contents(missing: kinds, synchronizationIsNews: kinds.isEmpty))
    }

    /// Posts `changes`; each replaces the pending change of the same object.
    package func post(_ changes: some Sequence<ObjectChange>) {
        let now = ContinuousClock.now
        mailbox.post { contents in
            for change in changes { contents.pending[change.key] = change }
            if !contents.pending.isEmpty { contents.oldest = contents.oldest ?? now }
        }
    }

    /// Records that all objects of `kind` that exist now have been posted.
    package func markSynchronized(_ kind: ObjectKind) {
        mailbox.post { contents in
            guard contents.missing.remove(kind) != nil, contents.missing.isEmpty else { return }
            contents.synchronizationIsNews = true
        }
    }

    /// Waits until there is something to take, and takes all of it. Returns `nil` when the task is cancelled.
    package func next() async -> Batch? {
        let batch = await mailbox.next { $0.take() }
        // Wakes the sources that wait for room.
        if let batch, batch.changes.count >= Self.capacity { mailbox.post { _ in } }
        return batch
    }

    /// Waits while more than ``capacity`` changes are pending and not all kinds are synchronized. Returns early when
    /// the task is cancelled.
    package func waitForRoom() async {
        _ = await mailbox.next { $0.hasRoom ? true : nil }
    }
}
