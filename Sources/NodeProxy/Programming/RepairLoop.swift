package import Dataplane
package import Logging
import Synchronization

/// Has the data plane repair damage by others while the daemon runs, and logs which program did it.
package struct RepairLoop<Time: Clock>: Sendable where Time.Instant == ContinuousClock.Instant {
    private let dataplane: any Dataplane
    private let wake: Wake
    private let status: ProxyStatus
    private let clock: Time
    private let logger: Logger

    /// `wake` says when everything has been programmed.
    package init(dataplane: any Dataplane, wake: Wake, status: ProxyStatus, clock: Time, logger: Logger) {
        self.dataplane = dataplane
        self.wake = wake
        self.status = status
        self.clock = clock
        self.logger = logger
    }

    /// Waits until everything has been programmed: before that the data plane does not know what the kernel should
    /// hold, and would repair the rules of an earlier process away. Then runs until the task is cancelled, and ends
    /// early if the data plane cannot detect damage.
    package func run() async throws {
        try await wake.untilInForce()
        var backoff = RetryBackoff()
        while true {
            do throws(DataplaneError) {
                guard let report = try await dataplane.repair() else { return }
                backoff = RetryBackoff()
                status.health.withLock { $0.repaired() }
                tell(report)
            } catch {
                if Task.isCancelled { return }
                guard error.code != .unsupported else {
                    logger.warning("what others remove from our rules stays removed until the next start: \(error)")
                    return
                }
                let pause = backoff.failed(isRetryable: error.isRetryable)
                status.health.withLock { $0.repairFailed(at: clock.now) }
                logger.error(
                    """
                    our rules were altered and could not be repaired; next attempt in \(Quantity.text(pause)): \
                    \(error)
                    """)
                try await clock.sleep(for: pause)
            }
        }
    }

    private func tell(_ report: RepairReport) {
        status.metrics.withLock { metrics in
            metrics.repairs += 1
            metrics.wrote(report.written)
        }
        let culprit = report.culprit ?? "another program"
        let damage = report.damage.joined(separator: ", ")
        if !damage.isEmpty {
            logger.warning(
                "\(culprit) removed or altered \(damage); mended (\(ProgrammingSummary.cost(of: report.written)))")
        }
        for refusal in report.written.refusals {
            logger.error("\(ProgrammingSummary.text(refusal))")
        }
    }
}
