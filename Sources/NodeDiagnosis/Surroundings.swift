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

/// Which program programs this node, and with which settings.
struct Surroundings: Sendable {
    /// The running proxies; `nil` if processes cannot be listed.
    var running: [RunningProxy]?
    /// The known settings of the proxy.
    var configuration: ProxyConfiguration
    /// Whether ``configuration`` is the proxy's, rather than a guess.
    var isKnown: Bool
    /// Whether the mode is known.
    var isModeKnown: Bool
    /// `servicelet` or `kube-proxy`.
    var program: String
    var machineAddresses: [IPAddress]

    /// Looks for proxies in this network namespace. Blocks briefly. Throws ``ProxyError`` for invalid settings.
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
            // If the user sets the pods' networks, everything that rules depend on is known.
            isKnown = isKnown || isModeKnown
        }
        if settings.manifests != nil || settings.kubeconfig != nil || settings.master != nil {
            arguments.settings.command.manifests = settings.manifests ?? ""
            arguments.settings.clientConnection.kubeconfig = settings.kubeconfig ?? ""
            arguments.settings.command.master = settings.master ?? ""
        }
        configuration = try ProxyConfiguration(arguments.settings, machine: Machine.hostName())
    }

    /// The networks whose addresses a diagnosis treats as pods'.
    func localNetworks(_ objects: ClusterObjects) -> LocalNetworks {
        let own = IPFamily.allCases.flatMap { configuration.dataplane.localTraffic.networks(of: $0) }
        return LocalNetworks(own.isEmpty ? objects.nodes.flatMap(\.podCIDRs) : own)
    }
}
