import CLinux
import Foundation
import NIOConcurrencyHelpers

/// A dedicated thread that runs an actor's jobs and waits for its descriptors.
///
/// The kernel keeps the network namespace per thread: an actor on this thread acts in this thread's namespace. The
/// cooperative pool cannot guarantee that. The thread ends with ``stop()``.
final class EventThread: SerialExecutor {
    /// What to wait for on a descriptor.
    enum Readiness {
        case readable, writable

        fileprivate var events: UInt32 { self == .readable ? EPOLLIN.rawValue : EPOLLOUT.rawValue }
    }

    private enum Waiter {
        case once(CheckedContinuation<Bool, Never>, deadline: ContinuousClock.Instant)
        case always(@Sendable () -> Bool)

        var hasDeadline: Bool {
            if case .once = self { true } else { false }
        }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var waiters: [Int32: Waiter] = [:]
        var isStopped = false
    }

    /// Not a `Mutex`: under contention the kernel hands that over (`FUTEX_LOCK_PI`), which the thread sanitizer does
    /// not see, so it reports false races. It understands pthread_mutex_lock(3).
    private let state = NIOLockedValueBox(State())
    private let epoll: Descriptor
    private let wakeUp: Descriptor

    init(name: String) throws {
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1")
        wakeUp = try Descriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), "eventfd")
        watch(wakeUp.number, EPOLLIN.rawValue)
        let thread = Thread { [self] in loop() }
        thread.name = name
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLockedValue { $0.jobs.append(job) }
        eventfd_write(wakeUp.number, 1)
    }

    /// Ends the thread once it is idle. Pending waits are abandoned.
    func stop() {
        state.withLockedValue { $0.isStopped = true }
        eventfd_write(wakeUp.number, 1)
    }

    /// Whether the descriptor became ready before the deadline. One waiter per descriptor; call it on this thread.
    func wait(
        for readiness: Readiness, on descriptor: Int32, until deadline: ContinuousClock.Instant,
        isolation: isolated (any Actor)? = #isolation
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLockedValue { $0.waiters[descriptor] = .once(continuation, deadline: deadline) }
            watch(descriptor, readiness.events | EPOLLONESHOT.rawValue)
        }
    }

    /// Calls `handler` on this thread whenever the descriptor is readable, as long as it returns true. It must not
    /// block.
    func whenReadable(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Bool) {
        state.withLockedValue { $0.waiters[descriptor] = .always(handler) }
        watch(descriptor, EPOLLIN.rawValue)
    }

    /// Stops the calls to a handler.
    func forget(_ descriptor: Int32) {
        // In this order: releasing the handler may close the descriptor, and its number may be reused.
        epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
        state.withLockedValue { _ = $0.waiters.removeValue(forKey: descriptor) }
    }

    private func watch(_ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.fd = descriptor
        // A one-shot descriptor stays registered after it fires, so try to rearm it before adding it.
        guard epoll_ctl(epoll.number, EPOLL_CTL_MOD, descriptor, &event) != 0 else { return }
        epoll_ctl(epoll.number, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func loop() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let (jobs, isStopped) = state.withLockedValue { state in
                defer { state.jobs.removeAll() }
                return (state.jobs, state.isStopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if isStopped && jobs.isEmpty { return }
            // Deadlines are checked every ten milliseconds; new jobs end the wait through `wakeUp`.
            let hasDeadlines = state.withLockedValue { $0.waiters.values.contains { $0.hasDeadline } }
            let count = epoll_wait(epoll.number, &events, Int32(events.count), hasDeadlines ? 10 : -1)
            for event in events.prefix(Int(max(0, count))) { dispatch(event.data.fd) }
            expire()
        }
    }

    private func dispatch(_ descriptor: Int32) {
        guard descriptor != wakeUp.number else {
            var count: eventfd_t = 0
            eventfd_read(descriptor, &count)
            return
        }
        switch state.withLockedValue({ $0.waiters[descriptor] }) {
        case .once(let continuation, _):
            forget(descriptor)
            continuation.resume(returning: true)
        case .always(let handler):
            if !handler() { forget(descriptor) }
        case nil:
            forget(descriptor)
        }
    }

    private func expire() {
        let now = ContinuousClock.now
        let expired = state.withLockedValue { state in
            state.waiters.compactMap { descriptor, waiter in
                if case .once(let continuation, let deadline) = waiter, deadline <= now {
                    return (descriptor, continuation)
                }
                return nil
            }
        }
        for (descriptor, continuation) in expired {
            forget(descriptor)
            continuation.resume(returning: false)
        }
    }
}
