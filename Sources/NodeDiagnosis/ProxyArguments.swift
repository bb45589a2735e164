import KubeProxyConfig
import NodeProbes
import NodeProxy

/// The settings of a running proxy, from its command line, its configuration file, and the user's settings.
struct ProxyArguments {
    var settings: KubeProxyConfiguration
    /// Whether these are a running proxy's settings, judging by its command line.
    let isOfProxy: Bool

    /// Blocks briefly. Uses the defaults if the command line cannot be parsed.
    init(_ proxy: RunningProxy?) throws(ConfigurationError) {
        let name = "servicelet explain"
        if let proxy {
            do throws(ConfigurationError) {
                settings = try Invocation(
                    proxy.flags, program: name, isKubeProxy: proxy.program == "kube-proxy",
                    read: { (path) throws(ConfigurationError) in try proxy.read(path) }
                ).configuration
                isOfProxy = true
                if proxy.hasOwnAPI {
                    let folder = proxy.value(of: "data-dir") ?? "/var/lib/servicelet"
                    settings.clientConnection.kubeconfig = folder + "/admin.kubeconfig"
                }
                return
            } catch {
                // Another version may have other flags.
            }
        }
        settings = try Invocation([], program: name, isKubeProxy: proxy?.program == "kube-proxy").configuration
        isOfProxy = false
    }
}

extension RunningProxy {
    /// The API server's flags of `servicelet run`, in addition to the proxy's; each has a value.
    private static let serverFlags = [
        "--data-dir", "--bind-address", "--secure-port", "--service-cluster-ip-range", "--service-node-port-range",
        "-v",
        "--v",
    ]

    /// The flags of the proxy alone.
    fileprivate var flags: [String] {
        guard hasOwnAPI else { return arguments }
        var flags: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if Self.serverFlags.contains(argument) {
                _ = rest.popFirst()
            } else if !Self.serverFlags.contains(where: { argument.hasPrefix($0 + "=") }) {
                flags.append(argument)
            }
        }
        return flags
    }

    /// Reads a file named by the proxy, from the proxy's root, which may be a container's.
    fileprivate func read(_ path: String) throws(ConfigurationError) -> String {
        let folder = path.hasPrefix("/") ? "/proc/\(pid)/root" : "/proc/\(pid)/cwd/"
        if let text = SystemFile.text(folder + path) { return text }
        return try Invocation.read(path)
    }
}
