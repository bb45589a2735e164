import Logging
import Synchronization

/// Checks the Corefile for changes, and passes on the new configuration. An invalid one is reported, and the previous
/// one stays in force.
struct ReloadLoop: Sendable {
    let loader: ConfigurationLoader
    let interval: Duration
    /// The configuration at the start: the file may have changed since it was read.
    let first: DNSConfiguration
    let state: DNSServerState
    let logger: Logger

    func run(onChange: @Sendable (DNSConfiguration) -> Void) async throws {
        var known = first
        var reported: String?
        while true {
            try await Task.sleep(for: interval)
            do {
                let configuration = try loader.load()
                reported = nil
                guard configuration != known else { continue }
                known = configuration
                onChange(configuration)
            } catch {
                guard reported != "\(error)" else { continue }
                reported = "\(error)"
                state.failedReloads.wrappingAdd(1, ordering: .relaxed)
                logger.error("the changed configuration cannot be used, the earlier one stays in force: \(error)")
            }
        }
    }
}
