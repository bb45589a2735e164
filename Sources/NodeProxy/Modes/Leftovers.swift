package import Dataplane
package import Logging

/// Removal of what modes leave behind.
package enum Leftovers {
    /// Removes what other modes and kube-proxy have programmed, which would keep sending connections to outdated
    /// endpoints. Call it once the rules of `mode` are in force.
    ///
    /// A failure is a warning: Services work, except where leftovers interfere.
    ///
    /// Calls `onFailure` for each mode whose leftovers remain.
    static func remove(
        beside mode: ProxyMode, from modes: [ProxyMode] = ProxyMode.all, logger: Logger,
        onFailure: () -> Void = {}
    ) async {
        for other in modes {
            // Whoever takes over removes the rest: nothing may be removed beside the next process.
            guard !Task.isCancelled else { return }
            do throws(DataplaneError) {
                try await other.removeLeftovers(mode, logger)
            } catch  where error.code == .unsupported {
                logger.debug("\(other) mode can have left nothing here: \(error)")
            } catch {
                logger.warning("rules that \(other) mode has left may still be in force: \(error)")
                onFailure()
            }
        }
    }

    /// Removes what any mode, of this version or an earlier one, has programmed in this network namespace.
    ///
    /// Throws after all modes have been tried.
    package static func cleanUp(
        _ modes: [ProxyMode] = ProxyMode.all, logger: Logger
    ) async throws(DataplaneError) {
        var failure: DataplaneError?
        // In reverse: chains of a mode may lead to those of an earlier one.
        for mode in modes.reversed() {
            do throws(DataplaneError) {
                try await mode.cleanUp(logger)
            } catch  where error.code == .unsupported {
                logger.info("\(mode) mode can have programmed nothing here: \(error)")
            } catch {
                if failure != nil { logger.error("\(error)") }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
