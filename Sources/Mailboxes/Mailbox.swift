import Synchronization

/// What one side leaves and the other takes: the latest state, however often it changed in between.
///
/// Memory is bounded by the contents, never by the number of posts. Any task or thread may post; a single task takes.
package final class Mailbox<Contents: Sendable>: Sendable {
    private struct State: Sendable {
        var contents: Contents
        /// How often something was posted.
        var posts: UInt64 = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private enum Look<Taken: Sendable>: Sendable {
        case found(Taken)
        case nothing(after: UInt64)
    }

    private let state: Mutex<State>

    /// A mailbox that starts with these contents.
    package init(_ contents: Contents) {
        state = Mutex(State(contents: contents))
    }

    /// Changes the contents and wakes the consumer, which looks again. Returns what `change` returns.
    @discardableResult
    package func post<Result: Sendable>(_ change: (inout Contents) -> Result) -> Result {
        let (result, waiter) = state.withLock { state in
            state.posts &+= 1
            return (change(&state.contents), state.waiter.take())
        }
        waiter?.resume()
        return result
    }

    /// Looks at the contents, and may change them, without waking anybody.
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

    /// Returns once more than `posts` posts have come, or the task is cancelled.
    private func waitForPost(after posts: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    guard state.posts == posts, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
