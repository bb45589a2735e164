import Logging
import Synchronization

/// Looks whether the Corefile has changed, and passes on what it says then. One that cannot be used is reported and
/// leaves in force what it said before.
struct ReloadLoop: Sendable {
    let loader: ConfigurationLoader
    let interval: Duration
    let state: DNSServerState
    let logger: Logger

    func run(onChange: @Sendable (DNSConfiguration) -> Void) async throws {
        var known = try? loader.load()
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
