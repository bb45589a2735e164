import CLinux
import Glibc

/// Runs the jobs of an actor one after the other on a thread of its own.
///
/// Data planes talk to the kernel through calls that block, sometimes for milliseconds. On the cooperative pool, which has
/// a thread for each core, two of them would stop everything else.
package final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    /// Starts the thread; `name` is what `ps -T` shows, at most 15 characters of it.
    package init(name: String) {
        let queue = queue
        let context = Unmanaged.passRetained(Start(name: name, queue: queue))
        var thread = pthread_t()
        // The thread ends when the executor goes; nobody joins it.
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                CLinux_name_thread(start.name)
                start.queue.run()
                return nil
            }, context.toOpaque())
        precondition(result == 0, "cannot create a thread: \(String(cString: strerror(result)))")
        pthread_detach(thread)
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), for: asUnownedSerialExecutor())
    }

    private final class Start {
        let name: String
        let queue: JobQueue

        init(name: String, queue: JobQueue) {
            self.name = name
            self.queue = queue
        }
    }
}

/// The jobs that wait for the thread. Guarded by a condition variable, the only thing a thread can sleep on here.
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
