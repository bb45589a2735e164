package import BlockingThreads
package import Logging
import Mailboxes
package import NodeSetup

/// Applies the node's settings before the first rule, and reports the results. A setting that cannot be applied is
/// logged as an error, and Services are programmed anyway.
package struct NodePreparation: Sendable, Hashable {
    /// `nil` leaves connection tracking as it is.
    package var conntrack: ConntrackLimits?
    /// `nil` leaves the process's OOM score as it is.
    package var oomScore: Int?
    package var setup = NodeSetup()

    package init(conntrack: ConntrackLimits?, oomScore: Int?, setup: NodeSetup = NodeSetup()) {
        self.conntrack = conntrack
        self.oomScore = oomScore
        self.setup = setup
    }

    /// Applies the settings on a separate thread, because writing them blocks. Returns those that failed,
    /// except the OOM score.
    package func run(logger: Logger) async throws(ThreadError) -> [NodeSetup.Outcome] {
        guard conntrack != nil || oomScore != nil else { return [] }
        let answer = Mailbox<(rank: NodeSetup.Outcome?, limits: [NodeSetup.Outcome])?>(nil)
        try OwnedThread.start(name: "node setup") {
            let rank = oomScore.map { setup.setOOMScore($0) }
            let limits = conntrack.map { setup.apply($0) } ?? []
            answer.post { $0 = (rank, limits) }
        }
        guard let outcomes = await answer.next({ $0.take() }) else { return [] }
        if let rank = outcomes.rank, case .failed(let error) = rank.result {
            logger.debug("the kernel's rank of this process when memory runs out stays as it is: \(error)")
        }
        for outcome in outcomes.limits { log(outcome, logger) }
        return outcomes.limits.filter { if case .failed = $0.result { true } else { false } }
    }

    private func log(_ outcome: NodeSetup.Outcome, _ logger: Logger) {
        switch outcome.result {
        case .kept: logger.debug("\(outcome.setting) is \(outcome.value) or more already")
        case .changed(let old): logger.info("\(outcome.setting) is \(outcome.value) now; it was \(old)")
        case .failed(let error):
            logger.error("\(outcome.setting) stays as it is: cannot \(error); \(Self.remedy(error))")
        }
    }

    private static func remedy(_ error: NodeSetupError) -> String {
        switch error.code {
        case .missing: "load the module nf_conntrack, or leave the setting to the machine (conntrack.maxPerCore: 0)"
        case .readOnly, .permission:
            "run once with --init-only as root on the host, or leave the setting to the machine "
                + "(conntrack.maxPerCore: 0, timeouts 0s)"
        case .refused: "choose another value in the section conntrack"
        }
    }
}
