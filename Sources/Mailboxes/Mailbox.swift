import Synchronization

/// The latest state that one side posts and the other takes, however often it changes in between.
///
/// Memory is bounded by the contents, never by the number of posts. Any task or thread may post, and any task may wait.
package final class Mailbox<Contents: Sendable>: Sendable {
    private struct State: Sendable {
        var contents: Contents
        /// The number of posts.
        var posts: UInt64 = 0
        var waiters: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    private enum Look<Taken: Sendable>: Sendable {
        case found(Taken)
        case nothing(after: UInt64)
    }

    private let state: Mutex<State>

    /// A mailbox with these initial contents.
    package init(_ contents: Contents) {
        state = Mutex(State(contents: contents))
    }

    /// Changes the contents and wakes all waiting tasks to look again. Returns what `change` returns.
    @discardableResult
    package func post<Result: Sendable>(_ change: (inout Contents) -> Result) -> Result {
        let (result, waiters) = state.withLock { state in
            state.posts &+= 1
            return (change(&state.contents), state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    /// Reads or changes the contents without waking waiting tasks.
    package func withContents<Result: Sendable>(_ body: (inout Contents) -> Result) -> Result {
        state.withLock { body(&$0.contents) }
    }

    /// Waits until `take` finds something in the contents. Returns `nil` when the task is cancelled.
    package func next<Taken: Sendable>(_ take: (inout Contents) -> Taken?) async -> Taken? {
        while !Task.isCancelled {
            let look = state.withLock { state -> Look<Taken> in
                take(&state.contents).map(Look.found) ?? .nothing(after: state.posts)
            }
            switch look {
            case .found(let taken): return taken
            case .nothing(let posts): await waitForPost(after: posts)
            }
        }
        return nil
    }

    /// Returns once there have been more than `posts` posts, or the task is cancelled.
    private func waitForPost(after posts: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    guard state.posts == posts, !Task.isCancelled else { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            // All look again: which one was cancelled is not recorded.
            for waiter in state.withLock({ $0.takeWaiters() }) { waiter.resume() }
        }
    }
}
