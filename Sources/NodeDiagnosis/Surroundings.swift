import DaemonKit
import Dataplane
import Diagnosis
import Glibc
import InternetAddresses
import KubeProxyConfig
import KubernetesAPI
import NodeProbes
import NodeProxy
import ServiceRouting

/// Who programs this node, and with what settings.
struct Surroundings: Sendable {
    /// The proxies that run; `nil` where processes cannot be listed.
    var running: [RunningProxy]?
    /// The settings of the proxy, as far as they are known.
    var configuration: ProxyConfiguration
    /// Whether ``configuration`` is what the proxy runs with, and no guess.
    var isKnown: Bool
    /// Whether the mode is known.
    var isModeKnown: Bool
    /// `servicelet` or `kube-proxy`.
    var program: String
    var machineAddresses: [IPAddress]

    /// Looks for proxies in this network namespace. Blocks shortly. Throws ``ProxyError`` for settings that make no
    /// sense.
    init(_ settings: DiagnosisSettings) throws {
        running = RunningProxy.all()
        let proxy = running?.first
        machineAddresses = try Machine.addresses()
        program = proxy?.program ?? "servicelet"
        var arguments = try ProxyArguments(proxy)
        isKnown = arguments.isOfProxy
        isModeKnown = arguments.isOfProxy
        if let mode = settings.proxyMode {
            arguments.settings.mode = mode
            isModeKnown = true
        }
        if let name = settings.hostname { arguments.settings.hostnameOverride = name }
        if let networks = settings.clusterCIDR {
            arguments.settings.clusterCIDR = networks
            arguments.settings.detectLocalMode = "ClusterCIDR"
            // Whoever settles the networks of the pods has settled all that rules depend on.
            isKnown = isKnown || isModeKnown
        }
        if settings.manifests != nil || settings.kubeconfig != nil || settings.master != nil {
            arguments.settings.command.manifests = settings.manifests ?? ""
            arguments.settings.clientConnection.kubeconfig = settings.kubeconfig ?? ""
            arguments.settings.command.master = settings.master ?? ""
        }
        configuration = try ProxyConfiguration(arguments.settings, machine: Machine.hostName())
    }

    /// The networks in which a diagnosis takes an address for a pod's.
    func localNetworks(_ objects: ClusterObjects) -> LocalNetworks {
        let own = IPFamily.allCases.flatMap { configuration.dataplane.localTraffic.networks(of: $0) }
        return LocalNetworks(own.isEmpty ? objects.nodes.flatMap(\.podCIDRs) : own)
    }
}
