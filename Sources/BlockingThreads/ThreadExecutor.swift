import Glibc

/// Runs the jobs of an actor one after another on its own thread.
///
/// Data planes talk to the kernel through calls that block, sometimes for milliseconds. On the cooperative pool, which
/// has one thread per core, two such calls would stop everything else.
package final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    /// Starts the thread, which ends with the executor; `ps -T` shows `name`.
    package init(name: String) throws(ThreadError) {
        let queue = queue
        try OwnedThread.start(name: name) { queue.run() }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), for: asUnownedSerialExecutor())
    }
}

/// The jobs waiting for the thread, which sleeps on a condition variable until there are some.
private final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [(UnownedJob, UnownedSerialExecutor)] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func append(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        pthread_mutex_lock(mutex)
        jobs.append((job, executor))
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Runs jobs until the queue is closed and empty.
    func run() {
        while true {
            pthread_mutex_lock(mutex)
            while jobs.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
            let taken = jobs
            jobs = []
            let isClosed = isClosed
            pthread_mutex_unlock(mutex)
            for (job, executor) in taken { job.runSynchronously(on: executor) }
            if isClosed, taken.isEmpty { return }
        }
    }
}
