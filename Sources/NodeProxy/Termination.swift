import Dispatch
import Glibc

/// What ends the program from outside.
package enum Termination {
    /// Runs `body` until it ends, or cancels it when SIGTERM or SIGINT comes, and waits until it has ended.
    /// A second signal ends the process at once.
    ///
    /// Returns after a signal; otherwise it throws what `body` throws.
    package static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        let sources = [SIGTERM, SIGINT].map { number in
            // Dispatch only watches; the signal must not end the process first.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                continuation.yield(number)
                // Who asks again is in a hurry.
                signal(number, SIG_DFL)
            }
            source.activate()
            return source
        }
        defer { for source in sources { source.cancel() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { _ = await signals.first { _ in true } }
            try await group.next()
            // After a signal the body ends with CancellationError, or with what broke on its way out.
            group.cancelAll()
        }
    }
}
