import Logging
import Synchronization

/// Logs errors that may occur thousands of times per second: a few each second, and the number of others.
final class RareLog: Sendable {
    private static let limit = 10

    private struct Window {
        var start = ContinuousClock.now
        var count = 0
    }

    private let logger: Logger
    private let window = Mutex(Window())

    init(_ logger: Logger) { self.logger = logger }

    func error(_ message: @autoclosure () -> Logger.Message, now: ContinuousClock.Instant = .now) {
        let (isAllowed, suppressed) = window.withLock { window -> (Bool, Int) in
            var suppressed = 0
            if now - window.start >= .seconds(1) {
                suppressed = max(0, window.count - Self.limit)
                window = Window(start: now, count: 0)
            }
            window.count += 1
            return (window.count <= Self.limit, suppressed)
        }
        if suppressed > 0 { logger.error("\(suppressed) more errors like these were not written") }
        if isAllowed { logger.error(message()) }
    }
}
