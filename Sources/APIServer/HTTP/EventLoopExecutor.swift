import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A watch waits for changes and writes to its connection. On the connection's own thread events need no thread switch,
/// which matters with a thousand watches.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
