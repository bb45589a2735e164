/// How the program was called.
package enum Invocation {
    /// The arguments for `servicelet` that do what was asked for under the name `program`.
    ///
    /// Under the name `kube-proxy` everything belongs to `servicelet proxy`, save kube-proxy's `--version` and
    /// `--cleanup`, which are subcommands here. Boolean flags may carry a value, as in Go: `--masquerade-all=true`.
    package static func arguments(program: String, _ arguments: [String]) -> [String] {
        let isKubeProxy = program.split(separator: "/").last == "kube-proxy"
        let arguments = arguments.compactMap { withoutValue($0) }
        guard isKubeProxy else { return arguments }
        if arguments.contains("--version") { return ["version"] }
        if arguments.contains("--cleanup") { return ["cleanup"] }
        return ["proxy"] + arguments
    }

    private static let localhostNodePorts = "--iptables-localhost-nodeports"
    private static let booleans = [
        "--masquerade-all", "--ipvs-strict-arp", localhostNodePorts, "--conntrack-tcp-be-liberal", "--cleanup",
        "--version",
    ]

    /// A flag as Swift's parser takes it; `nil` for one that is off, as it would be without being mentioned.
    private static func withoutValue(_ argument: String) -> String? {
        for flag in booleans where argument.hasPrefix("\(flag)=") {
            switch argument.dropFirst(flag.count + 1).lowercased() {
            case "true", "t", "1": return flag
            case "false", "f", "0": return flag == localhostNodePorts ? "--no-iptables-localhost-nodeports" : nil
            default: return argument
            }
        }
        return argument
    }
}
