import Dataplane
import IPTablesDataplane
package import Logging
import NFTablesDataplane

extension NodeProxy {
    /// The data plane of a mode, ready to be told what to program.
    static func makeDataplane(
        _ configuration: ProxyConfiguration, logger: Logger
    ) throws(DataplaneError) -> any Dataplane {
        switch configuration.mode {
        case .nftables:
            try NFTablesDataplane(configuration: configuration.dataplane, logger: logger)
        case .iptables:
            IPTablesDataplane(configuration: IPTablesConfiguration(dataplane: configuration.dataplane))
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
