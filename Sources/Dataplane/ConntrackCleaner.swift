package import BlockingThreads
import CLinux
package import InternetAddresses
package import Netlink
package import ServiceRouting
import Synchronization

/// Removes tracked UDP connections that changes of routes have made stale, off the path of programming.
///
/// One for all data planes of a node. ``clean(after:nodeAddresses:)`` only writes down what has to be done; ``run()`` does
/// it on a thread of its own, because a dump of the kernel's table blocks. Changes that come meanwhile are taken together,
/// and there is at most one dump of each family in ``Timing/pause``.
package actor ConntrackCleaner {
    /// When it works.
    package struct Timing: Sendable {
        /// Between two passes. Each change has two: a packet that the old rules translated may be on its way through the
        /// kernel while the first one looks.
        package var pause: Duration
        /// How often a pass that fails for a passing reason is tried again.
        package var retries: Int

        package init(pause: Duration = .milliseconds(250), retries: Int = 5) {
            self.pause = pause
            self.retries = retries
        }
    }

    private nonisolated let executor: ThreadExecutor
    private let inbox = Inbox()
    private let timing: Timing
    private let clock: any Clock<Duration>
    private let open: @Sendable () throws(NetlinkError) -> any NetlinkTransport
    private let report: @Sendable (ConntrackReport) -> Void
    private var passes: ConntrackPasses?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A cleaner for the network namespace of this process.
    ///
    /// `report` is called on the cleaner's thread with every result. `open` makes the socket, on the cleaner's thread, when
    /// there is work for the first time.
    package init(
        timing: Timing = Timing(), clock: any Clock<Duration> = ContinuousClock(),
        open: @escaping @Sendable () throws(NetlinkError) -> any NetlinkTransport = { () throws(NetlinkError) in
            try NetlinkSocket(family: NETLINK_NETFILTER)
        },
        report: @escaping @Sendable (ConntrackReport) -> Void
    ) throws(ThreadError) {
        executor = try ThreadExecutor(name: "conntrack")
        self.timing = timing
        self.clock = clock
        self.open = open
        self.report = report
    }

    /// Notes what a change leaves behind. Call it as soon as the kernel follows the change; it returns at once.
    ///
    /// `nodeAddresses` are all addresses that node ports are open on; a change without a UDP node port needs none.
    package nonisolated func clean(after change: RoutingChange, nodeAddresses: [IPAddress]) {
        inbox.add(ConntrackCleanup(after: change, nodeAddresses: nodeAddresses))
    }

    /// Works until its task is cancelled, or until it turns out that it cannot.
    package func run() async {
        for await _ in inbox.arrivals {
            do throws(NetlinkError) {
                try await workOff(with: readyPasses())
            } catch {
                inbox.close()
                passes = nil
                report(.unavailable(error))
                return
            }
        }
    }

    private func readyPasses() throws(NetlinkError) -> ConntrackPasses {
        if let passes { return passes }
        let new = ConntrackPasses(try open())
        passes = new
        return new
    }

    /// Makes passes until everything that has arrived had two.
    private func workOff(with passes: ConntrackPasses) async throws(NetlinkError) {
        var fresh = ConntrackCleanup()
        var passedOnce = ConntrackCleanup()
        var failures = 0
        while true {
            fresh.merge(inbox.take())
            var work = passedOnce
            work.merge(fresh)
            guard !work.isEmpty else { return }
            do throws(NetlinkError) {
                try passes.carryOut(work, report: report)
                failures = 0
                passedOnce = fresh
                fresh = ConntrackCleanup()
            } catch {
                guard error.isTransient else { throw error }
                failures += 1
                if failures > timing.retries {
                    report(.failed(error))
                    return
                }
            }
            guard await isPauseOver() else { return }
        }
    }

    /// Waits for the pause; false when the task is cancelled.
    private func isPauseOver() async -> Bool {
        do {
            try await clock.sleep(for: timing.pause)
            return true
        } catch {
            return false
        }
    }
}

/// What has arrived and has not been worked on: one rule for each UDP frontend that changed, however often it did.
private final class Inbox: Sendable {
    private struct State {
        var cleanup = ConntrackCleanup()
        var isClosed = false
    }

    /// Yields once, however much arrives, when there is work.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ cleanup: ConntrackCleanup) {
        let isWork = state.withLock { state in
            guard !state.isClosed else { return false }
            state.cleanup.merge(cleanup)
            return !cleanup.isEmpty
        }
        if isWork { arrived.yield() }
    }

    func take() -> ConntrackCleanup {
        state.withLock { state in
            defer { state.cleanup = ConntrackCleanup() }
            return state.cleanup
        }
    }

    func close() {
        state.withLock { $0 = State(isClosed: true) }
        arrived.finish()
    }
}
