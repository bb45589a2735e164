/// A proxy running in this network namespace, and its command line.
package struct RunningProxy: Sendable, Hashable {
    /// `servicelet` or `kube-proxy`.
    package var program: String
    package var pid: Int32
    /// Its arguments, without the program and the subcommand.
    package var arguments: [String]
    /// Whether it also serves its own API (`servicelet run`).
    package var hasOwnAPI: Bool
    package var isStopped: Bool

    /// The proxies of this network namespace; `nil` if processes cannot be listed. Blocks briefly.
    package static func all() -> [RunningProxy]? {
        guard let processes = RunningProcess.inThisNamespace() else { return nil }
        let ids = Set(processes.map(\.pid))
        return processes.compactMap { process in
            let arguments = process.arguments
            guard process.program == "kube-proxy" || process.program == "servicelet" else { return nil }
            // A proxy's child has the proxy's command line until it executes another program, and may have ended since.
            guard let status = process.status else { return nil }
            if ids.contains(status.parent),
                processes.contains(where: { $0.pid == status.parent && $0.arguments == arguments })
            {
                return nil
            }
            let isStopped = "TtZX".contains(status.state)
            if process.program == "kube-proxy" {
                return RunningProxy(
                    program: "kube-proxy", pid: process.pid, arguments: Array(arguments.dropFirst()), hasOwnAPI: false,
                    isStopped: isStopped)
            }
            guard process.program == "servicelet", arguments.count > 1, ["proxy", "run"].contains(arguments[1]) else {
                return nil
            }
            return RunningProxy(
                program: "servicelet", pid: process.pid, arguments: Array(arguments.dropFirst(2)),
                hasOwnAPI: arguments[1] == "run", isStopped: isStopped)
        }
    }

    /// The value of a flag, `--name value` or `--name=value`; the last one counts, as in all flag parsers.
    package func value(of flag: String) -> String? {
        var found: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--\(flag)", index + 1 < arguments.count { found = arguments[index + 1] }
            if argument.hasPrefix("--\(flag)=") { found = String(argument.dropFirst(flag.count + 3)) }
        }
        return found
    }
}
