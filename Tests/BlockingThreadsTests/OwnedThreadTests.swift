import Glibc
import Synchronization
import Testing

@testable import BlockingThreads

@Suite("OwnedThread", .timeLimit(.minutes(10)))
struct OwnedThreadTests {
    @Test("two closures run on two threads, and both results are returned")
    func both() {
        let own = pthread_self()
        let (one, other) = OwnedThread.both(name: "test") {
            pthread_equal(pthread_self(), own) == 0
        } and: {
            7
        }
        #expect(one)
        #expect(other == 7)
    }

    @Test("without a second thread, one closure runs after the other")
    func noThread() {
        let order = Mutex<[String]>([])
        let refuse: (String, @escaping @Sendable () -> Void) throws(ThreadError) -> pthread_t = {
            (name, _) throws(ThreadError) in throw ThreadError(name: name, errno: EAGAIN)
        }
        let done = { @Sendable (what: String) -> Int in
            order.withLock {
                $0.append(what)
                return $0.count
            }
        }
        let (one, other) = OwnedThread.both(name: "test", { done("one") }, and: { done("other") }, spawn: refuse)
        #expect((one, other) == (1, 2))
        #expect(order.withLock { $0 } == ["one", "other"])
    }

    @Test("a refused thread is an error with a remedy")
    func message() {
        let text = "\(ThreadError(name: "conntrack", errno: EAGAIN))"
        #expect(text.hasPrefix("cannot create the thread conntrack: "))
        #expect(text.contains("raise the limit"))
    }
}
