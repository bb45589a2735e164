import BlockingThreads
import ConntrackCleanup
import Dataplane
import IPTablesDataplane
package import Logging
import Mailboxes
import NFTablesDataplane
import Synchronization

extension NodeProxy {
    /// The data plane of a mode, ready to be told what to program.
    static func makeDataplane(
        _ configuration: ProxyConfiguration, logger: Logger
    ) throws(DataplaneError) -> any Dataplane {
        switch configuration.mode {
        case .nftables:
            try NFTablesDataplane(configuration: configuration.dataplane, logger: logger)
        case .iptables:
            try IPTablesDataplane(configuration: configuration.iptables)
        }
    }

    /// What removes stale UDP flows behind the rules, and reports on it.
    static func makeConntrackCleaner(
        _ flows: Mailbox<StaleFlows>, status: ProxyStatus, logger: Logger
    ) throws(ThreadError) -> ConntrackCleaner {
        try ConntrackCleaner(flows) { report in
            switch report {
            case .cleaned(let family, let deleted, let duration):
                status.metrics.withLock { $0.cleanedConntrack(family, deleted: deleted, in: duration) }
                if deleted > 0 { logger.info("removed \(deleted) stale \(family) UDP connections") }
            case .failed(let error):
                logger.error("stale UDP flows stay until their clients pause: \(error)")
            case .unavailable(let error):
                logger.warning("stale UDP connections cannot be removed on this machine: \(error)")
            }
        }
    }

    /// Removes what another mode has left, ours or kube-proxy's: it would go on sending connections to the endpoints that
    /// it knew. To be called once the rules of `mode` are in force.
    static func cleanUpOtherModes(than mode: ProxyMode, logger: Logger) async {
        do throws(DataplaneError) {
            switch mode {
            case .nftables: try await IPTablesDataplane.cleanUp()
            case .iptables: _ = try NFTablesDataplane.cleanUp(includingKubeProxy: true, logger: logger)
            }
        } catch  where error.code == .unsupported {
            logger.debug("no other mode can have left anything: \(error)")
        } catch {
            logger.warning("rules that another mode has left may still be in force: \(error)")
        }
    }

    /// Removes what any mode, of this version or an earlier one, has programmed in this network namespace.
    ///
    /// Throws `DataplaneError`, after all modes have been tried.
    package static func cleanUp(logger: Logger) async throws {
        var failure: DataplaneError?
        for mode in ProxyMode.allCases {
            do throws(DataplaneError) {
                switch mode {
                case .nftables:
                    let found = try NFTablesDataplane.cleanUp(logger: logger)
                    if !found { logger.debug("\(mode.rawValue): there was nothing to remove") }
                case .iptables: try await IPTablesDataplane.cleanUp()
                }
            } catch  where error.code == .unsupported {
                logger.info("\(mode.rawValue): nothing can have been programmed: \(error)")
            } catch {
                if failure != nil { logger.error("\(error)") }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
