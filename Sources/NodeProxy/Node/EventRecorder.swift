import KubernetesClient
package import Logging
import Mailboxes

/// Writes Events to the API server in the background: recording one never waits.
///
/// At most ``capacity`` Events wait; further ones are dropped, with a line in the log. An Event that the server refuses
/// is dropped as well; one that does not reach it is retried.
package final class EventRecorder: Sendable {
    package static let capacity = 16
    /// As in client-go: the number of attempts, and the pause between them.
    package static let attempts = 12
    package static let pause = Duration.seconds(10)

    private struct Pending: Sendable {
        var events: [NodeEvent] = []
        var dropped = 0

        mutating func take() -> (event: NodeEvent, dropped: Int)? {
            guard !events.isEmpty else { return nil }
            defer { dropped = 0 }
            return (events.removeFirst(), dropped)
        }
    }

    private let pending = Mailbox(Pending())

    package init() {}

    /// Queues an Event. Callable from any task.
    package func record(_ event: NodeEvent) {
        pending.post { pending in
            if pending.events.count < Self.capacity { pending.events.append(event) } else { pending.dropped += 1 }
        }
    }

    /// Passes all recorded and future Events to `write` until the task is cancelled.
    package func run(
        logger: Logger, clock: some Clock<Duration> = ContinuousClock(),
        write: (NodeEvent) async throws -> Void
    ) async {
        while let (event, dropped) = await pending.next({ $0.take() }) {
            if dropped > 0 { logger.warning("\(dropped) Events were dropped, because \(Self.capacity) others waited") }
            for attempt in 1...Self.attempts {
                do {
                    try await write(event)
                    break
                } catch {
                    if Task.isCancelled { return }
                    let mayEnd = (error as? ClientError)?.isRetryable ?? false
                    guard mayEnd, attempt < Self.attempts else {
                        logger.warning("Event \(event.reason) could not be written: \(error)")
                        break
                    }
                    do { try await clock.sleep(for: Self.pause) } catch { return }
                }
            }
        }
    }
}
