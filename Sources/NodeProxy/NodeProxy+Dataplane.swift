import BlockingThreads
import ConntrackCleanup
import Dataplane
import IPTables
import IPTablesDataplane
import IPVSDataplane
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
        case .ipvs:
            try IPVSDataplane(configuration: configuration.ipvs)
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

    /// Removes what other modes have left, ours or kube-proxy's: they would go on sending connections to the endpoints that
    /// they knew. To be called once the rules of `mode` are in force.
    static func cleanUpOtherModes(than mode: ProxyMode, logger: Logger) async {
        for other in ProxyMode.allCases where other != mode {
            do throws(DataplaneError) {
                try await cleanUp(other, except: mode, logger: logger)
            } catch  where error.code == .unsupported {
                logger.debug("\(other.rawValue): nothing can have been left: \(error)")
            } catch {
                logger.warning("what the mode \(other.rawValue) has left may still be in force: \(error)")
            }
        }
    }

    /// Removes what any mode, of this version or an earlier one, has programmed in this network namespace.
    ///
    /// Throws `DataplaneError`, after all modes have been tried.
    package static func cleanUp(logger: Logger) async throws {
        var failure: DataplaneError?
        for mode in ProxyMode.allCases {
            do throws(DataplaneError) {
                try await cleanUp(mode, except: nil, logger: logger)
            } catch  where error.code == .unsupported {
                logger.info("\(mode.rawValue): nothing can have been programmed: \(error)")
            } catch {
                if failure != nil { logger.error("\(error)") }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// Removes what a mode has programmed, save what the mode that is in force has programmed under the same names.
    private static func cleanUp(
        _ mode: ProxyMode, except inForce: ProxyMode?, logger: Logger
    ) async throws(DataplaneError) {
        switch mode {
        case .nftables:
            let found = try NFTablesDataplane.cleanUp(includingKubeProxy: inForce != nil, logger: logger)
            if !found { logger.debug("\(mode.rawValue): there was nothing to remove") }
        case .iptables:
            try await IPTablesDataplane.cleanUp(
                keeping: inForce == .ipvs ? IPVSDataplane.ownedRules : OwnedRules())
        case .ipvs:
            try await IPVSDataplane.cleanUp(
                keeping: inForce == .iptables ? IPTablesDataplane.ownedRules : OwnedRules())
        }
    }
}
