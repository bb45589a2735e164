package import Dataplane
import Logging

extension UserspaceDataplane {
    /// Asks the proxy serving in the network namespace of `executor` what it serves; nothing if there is none, because
    /// its sockets end with it.
    package static func inspect(
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> [InspectedFrontend] {
        try await UserspaceDataplane(executor: executor, logger: Logger(label: "inspect"), whenDrained: {}).ask()
    }

    private func ask() throws(DataplaneError) -> [InspectedFrontend] {
        guard let running = Predecessor() else { return [] }
        guard let entries = running.inspect() else {
            throw DataplaneError(
                .transient, "the userspace proxy that runs here does not say what it serves; is it of another version?")
        }
        return entries.map(\.frontend)
    }

    /// Removes the mode's kernel state in the network namespace of `executor`. Sockets disappear with their process.
    package static func cleanUp(executor: (any SerialExecutor)? = nil) async throws(DataplaneError) {
        try await UserspaceDataplane(executor: executor, logger: Logger(label: "cleanup"), whenDrained: {}).remove()
    }

    /// Takes over from the proxy of this mode serving in the network namespace of `executor`, if any, for a proxy in
    /// another mode whose rules are in force: removes the mode's kernel state, which leads connections past those
    /// rules. Only then the other one stops accepting, and it ends with its last connection.
    package static func retire(executor: (any SerialExecutor)? = nil) async throws(DataplaneError) {
        try await UserspaceDataplane(executor: executor, logger: Logger(label: "retire"), whenDrained: {}).takeOver()
    }

    private func takeOver() throws(DataplaneError) {
        guard let running = Predecessor() else { return try remove() }
        // Otherwise it would repair its table.
        guard running.yields() else {
            throw DataplaneError(
                .transient, "the userspace proxy that runs here does not let go of its connections; stop it")
        }
        try remove()
        running.release()
    }

    private func remove() throws(DataplaneError) {
        var failure: DataplaneError?
        // Without nf_tables there is no table.
        do throws(DataplaneError) { try Redirection.cleanUp() } catch  where error.code != .unsupported {
            failure = error
        } catch {}
        try LocalAddresses.cleanUp()
        if let failure { throw failure }
    }
}
