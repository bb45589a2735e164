import Dispatch
import Foundation

/// SIGINT or SIGTERM arrived.
struct Interruption: Error {
    var number: Int32
}

/// Runs `body` to completion, or cancels it when SIGINT or SIGTERM arrives, waits until it has cleaned up, and
/// throws ``Interruption``.
func untilSignal(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let (signals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { continuation.yield(number) }
        source.activate()
        return source
    }
    defer { for source in sources { source.cancel() } }
    try await withThrowingTaskGroup(of: Int32?.self) { group in
        group.addTask {
            try await body()
            return nil
        }
        group.addTask { await signals.first { _ in true } }
        let first = try await group.next()
        group.cancelAll()
        guard let number = first.flatMap(\.self) else { return }
        // The body ends with CancellationError, or with an error that the signal caused.
        while await group.nextResult() != nil {}
        throw Interruption(number: number)
    }
}
