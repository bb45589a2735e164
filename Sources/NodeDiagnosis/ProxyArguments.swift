import KubeProxyConfig
import NodeProbes
import NodeProxy

/// The settings of a running proxy, from its command line and the file that it names, and what a person has settled by
/// hand.
struct ProxyArguments {
    var settings: KubeProxyConfiguration
    /// Whether these are the settings that a running proxy has, as far as its command line tells.
    let isOfProxy: Bool

    /// Blocks shortly. Where the command line cannot be understood, the defaults stand in for it.
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
    /// The flags of the API server that `servicelet run` takes beside those of the proxy; each has a value.
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

    /// Reads a file that the proxy names: from where it sees it, which may be a container.
    fileprivate func read(_ path: String) throws(ConfigurationError) -> String {
        let folder = path.hasPrefix("/") ? "/proc/\(pid)/root" : "/proc/\(pid)/cwd/"
        if let text = SystemFile.text(folder + path) { return text }
        return try Invocation.read(path)
    }
}
