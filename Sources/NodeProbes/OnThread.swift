import BlockingThreads

/// Runs what blocks on a thread of its own, so that several probes can wait at the same time.
package enum OnThread {
    /// The value of `body`. Throws ``ThreadError`` where the system has no thread to spare.
    package static func run<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(ThreadError) {
                try OwnedThread.start(name: name) { continuation.resume(returning: body()) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
