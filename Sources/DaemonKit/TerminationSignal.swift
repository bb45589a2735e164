import BlockingThreads
import CLinux
import Glibc
import Synchronization

/// The request to stop: SIGTERM or SIGINT.
///
/// Not Dispatch's signal sources: these need every thread of the process to block the signal and correct threads that
/// do not only afterwards, so a signal now and then kills the process.
struct TerminationSignal: Sendable {
    private let ended: AsyncStream<Never>
    private let cancel: @Sendable () -> Void

    /// Catches signals from now on, until ``wait()`` returns.
    ///
    /// One at a time in a process. Throws ``DaemonError`` with code `system`.
    init() throws(DaemonError) {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw Self.failure("eventfd", errno) }
        let (ended, continuation) = AsyncStream.makeStream(of: Never.self)
        let isCancelled = Flag()
        let cancel = { @Sendable in
            isCancelled.value.withLock { $0 = true }
            _ = eventfd_write(descriptor, 1)
        }
        self.ended = ended
        self.cancel = cancel
        do throws(ThreadError) {
            // A thread of our own, because the reads block.
            try OwnedThread.start(name: "signals") {
                Self.read(descriptor)
                continuation.finish()
                // Signals that arrive close together count as one. A later one ends the process immediately.
                if !isCancelled.value.withLock({ $0 }) { Self.read(descriptor) }
                CLinux_release_termination()
                close(descriptor)
                if !isCancelled.value.withLock({ $0 }) { kill(getpid(), SIGTERM) }
            }
        } catch {
            close(descriptor)
            throw DaemonError(.system, "\(error)", cause: error)
        }
        guard CLinux_catch_termination(descriptor) == 0 else {
            let error = Self.failure("sigaction", errno)
            cancel()
            throw error
        }
    }

    /// Returns after the first signal, or when the task is cancelled. The next signal ends the process at once. Call it
    /// once.
    func wait() async {
        await withTaskCancellationHandler {
            for await _ in ended {}
        } onCancel: {
            cancel()
        }
    }

    private final class Flag: Sendable { let value = Mutex(false) }

    private static func read(_ descriptor: Int32) {
        var count: eventfd_t = 0
        while eventfd_read(descriptor, &count) != 0, errno == EINTR {}
    }

    private static func failure(_ call: String, _ number: Int32) -> DaemonError {
        DaemonError(.system, "cannot wait for signals: \(call): \(String(cString: strerror(number)))")
    }
}
