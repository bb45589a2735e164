import BlockingThreads
package import Dataplane
import Glibc
package import Logging
import Synchronization

/// Lets connections carried by this process end before it exits.
///
/// Meanwhile everything continues: Services are followed, new connections are accepted, and the next
/// proxy may take over.
package final class ConnectionDrain: Sendable {
    private static let interval: useconds_t = 50_000

    private let dataplane = Mutex<(any Dataplane)?>(nil)

    package init() {}

    /// Sets the data plane whose connections count.
    package func follow(_ dataplane: any Dataplane) { self.dataplane.withLock { $0 = dataplane } }

    /// Waits until the task is cancelled, and then until no connection is left, for `limit` at most.
    package func run(limit: Duration, logger: Logger) async {
        let (forever, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in forever {}
        let count = connectionCount
        guard limit > .zero, count > 0 else { return }
        logger.notice(
            """
            stopping with \(Quantity.text(count, "connection")) open: this proxy continues to serve until they have \
            ended, for \(limit) at most, and hands over to the next proxy if one starts; a second signal \
            exits immediately
            """)
        let deadline = ContinuousClock.now + limit
        // The task is already cancelled, so its own sleep would return at once.
        await withCheckedContinuation { continuation in
            do throws(ThreadError) {
                try OwnedThread.start(name: "drain") { [self] in
                    while connectionCount > 0, ContinuousClock.now < deadline { usleep(Self.interval) }
                    continuation.resume()
                }
            } catch {
                logger.warning("open connections are cut off: \(error)")
                continuation.resume()
            }
        }
        let left = connectionCount
        if left > 0 { logger.warning("cut off \(Quantity.text(left, "connection")): not ended within \(limit)") }
    }

    private var connectionCount: Int { dataplane.withLock { $0 }?.carriedConnections ?? 0 }
}
