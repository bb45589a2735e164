import BlockingThreads
import Glibc
import Testing

@Suite("ThreadExecutor", .timeLimit(.minutes(10)))
struct ThreadExecutorTests {
    private actor Worker {
        private nonisolated let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var count = 0

        init() throws(ThreadError) { executor = try ThreadExecutor(name: "worker") }

        /// The thread that this runs on.
        func thread() -> UInt { UInt(pthread_self()) }

        func increment() -> Int {
            count += 1
            return count
        }
    }

    @Test("an actor runs all its jobs on the same thread, which is not the caller's")
    func oneThread() async throws {
        let worker = try Worker()
        let threads = await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await worker.thread() } }
            return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
        }
        #expect(threads.count == 1)
        #expect(!threads.contains(UInt(pthread_self())))
    }

    @Test("jobs run one after another")
    func serial() async throws {
        let worker = try Worker()
        let counts = await withTaskGroup { group in
            for _ in 0..<1000 { group.addTask { await worker.increment() } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(counts == Set(1...1000))
    }
}
