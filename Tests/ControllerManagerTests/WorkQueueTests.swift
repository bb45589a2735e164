import ControllerManager
import Testing

@Suite struct WorkQueueTests {
    private let start = ContinuousClock.now

    @Test func nothingIsHandedOutBeforeEverythingIsKnown() {
        var queue = WorkQueue<String>(isOpen: false)
        queue.add(["a"])
        #expect(queue.take() == nil)
        queue.open()
        #expect(queue.take() == "a")
    }

    @Test func aKeyWaitsOnceAndIsInWorkOnce() {
        var queue = WorkQueue<String>()
        queue.add(["a", "b", "a"])
        #expect(queue.take() == "a")
        queue.add(["a"])
        #expect(queue.take() == "b")
        #expect(queue.take() == nil)
        queue.finished("a")
        #expect(queue.take() == "a")
        queue.finished("a")
        queue.finished("b")
        #expect(queue.take() == nil)
        #expect(queue.count == 0)
    }

    @Test func failuresComeBackLaterAndLater() {
        var queue = WorkQueue<String>()
        var now = start
        var delays: [Duration] = []
        for _ in 0..<12 {
            queue.add(["a"])
            _ = queue.take()
            delays.append(queue.failed("a", at: now))
            queue.wake(at: now)
            #expect(queue.take() == nil)
            now = now.advanced(by: delays.last ?? .zero)
            queue.wake(at: now)
            #expect(queue.take() == "a")
            queue.failed("a", at: now)
        }
        #expect(delays.first == .milliseconds(50))
        #expect(delays.last == .seconds(30))
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func whatHappensDuringAFailedLookIsLookedAtAtOnce() {
        var queue = WorkQueue<String>()
        queue.add(["a"])
        _ = queue.take()
        queue.add(["a"])
        #expect(queue.failed("a", at: start) == .zero)
        #expect(queue.take() == "a")
    }

    @Test func aPostponedKeyComesAtItsTimeOrEarlierIfSomethingHappens() {
        var queue = WorkQueue<String>()
        queue.postpone("a", until: start.advanced(by: .seconds(10)))
        queue.postpone("b", until: start.advanced(by: .seconds(10)))
        queue.add(["b"])
        #expect(queue.take() == "b")
        #expect(queue.take() == nil)
        queue.wake(at: start.advanced(by: .seconds(10)))
        #expect(queue.take() == "a")
        #expect(queue.take() == nil)
    }
}
