import BlockingThreads

/// Runs blocking code on its own thread, so that several probes can wait concurrently.
package enum OnThread {
    /// The value of `body`. Throws ``ThreadError`` if the system refuses a thread.
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
