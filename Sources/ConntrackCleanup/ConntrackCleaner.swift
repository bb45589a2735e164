package import BlockingThreads
import CLinux
import Glibc
package import Mailboxes
package import Netlink

/// Removes tracked UDP flows that route changes have made stale, after the rules have changed.
///
/// All data planes of a node share one. It takes stale flows from a mailbox and works on its own thread, because a dump
/// of the kernel's table blocks. Changes that arrive meanwhile are merged, and there is at most one dump of each family
/// in ``Timing/pause``.
package actor ConntrackCleaner {
    /// When passes run.
    package struct Timing: Sendable {
        /// Between two passes. Each change gets two: a packet translated by the old rules may still be in the
        /// kernel during the first.
        package var pause: Duration
        /// How many more attempts follow a pass that fails.
        package var retries: Int

        package init(pause: Duration = .milliseconds(250), retries: Int = 5) {
            self.pause = pause
            self.retries = retries
        }
    }

    private nonisolated let executor: ThreadExecutor
    private let flows: Mailbox<StaleFlows>
    private let timing: Timing
    private let clock: any Clock<Duration>
    private let open: @Sendable () throws(NetlinkError) -> any NetlinkTransport
    private let report: @Sendable (ConntrackReport) -> Void
    private var passes: ConntrackPasses?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A cleaner for the network namespace of this process.
    ///
    /// The caller merges stale flows into `flows` once the kernel has applied a change. `report` is called on the
    /// cleaner's thread with every result. `open` creates the socket, on the cleaner's thread, when there is work
    /// for the first time.
    package init(
        _ flows: Mailbox<StaleFlows>, timing: Timing = Timing(), clock: any Clock<Duration> = ContinuousClock(),
        open: @escaping @Sendable () throws(NetlinkError) -> any NetlinkTransport = { () throws(NetlinkError) in
            try NetlinkSocket(family: NETLINK_NETFILTER)
        },
        report: @escaping @Sendable (ConntrackReport) -> Void
    ) throws(ThreadError) {
        executor = try ThreadExecutor(name: "conntrack")
        self.flows = flows
        self.timing = timing
        self.clock = clock
        self.open = open
        self.report = report
    }

    /// Runs until its task is cancelled, or until the kernel turns out not to support it.
    package func run() async {
        while let arrived = await flows.next(Self.take) {
            do throws(ConntrackPasses.Failure) {
                try await workOff(arrived)
            } catch {
                // We cannot read the kernel's conntrack table.
                if case .unreadable(let cause) = error, Self.isHopeless(cause) { return report(.unavailable(cause)) }
                report(.failed(error.error))
            }
        }
    }

    private static func take(_ flows: inout StaleFlows) -> StaleFlows? {
        guard !flows.isEmpty else { return nil }
        defer { flows = StaleFlows() }
        return flows
    }

    private static func isHopeless(_ error: NetlinkError) -> Bool {
        [EPERM, EACCES, EPROTONOSUPPORT, EAFNOSUPPORT, EOPNOTSUPP, EINVAL].contains(error.errno)
    }

    private func readyPasses() throws(ConntrackPasses.Failure) -> ConntrackPasses {
        if let passes { return passes }
        do throws(NetlinkError) {
            let new = ConntrackPasses(try open())
            passes = new
            return new
        } catch {
            throw .unreadable(error)
        }
    }

    /// Makes passes until everything that has arrived has had two. Throws when one pass has failed too often.
    private func workOff(_ arrived: StaleFlows) async throws(ConntrackPasses.Failure) {
        var fresh = arrived
        var passedOnce = StaleFlows()
        var failures = 0
        while true {
            var work = passedOnce
            work.merge(fresh)
            guard !work.isEmpty else { return }
            do throws(ConntrackPasses.Failure) {
                try readyPasses().carryOut(work, report: report)
                failures = 0
                passedOnce = fresh
                fresh = StaleFlows()
            } catch {
                failures += 1
                if case .unreadable(let cause) = error, Self.isHopeless(cause) { throw error }
                guard failures <= timing.retries else { throw error }
            }
            guard await isPauseOver() else { return }
            fresh.merge(flows.withContents(Self.takeAll))
        }
    }

    /// Includes rules that are not due: they replace older ones.
    private static func takeAll(_ flows: inout StaleFlows) -> StaleFlows {
        defer { flows = StaleFlows() }
        return flows
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
