import DaemonKit
import Dataplane
import Diagnosis
import Glibc
import InternetAddresses
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

    /// Looks for proxies in this network namespace. Blocks shortly. Throws ``ProxyError`` for settings that make no sense.
    init(_ settings: DiagnosisSettings) throws {
        running = RunningProxy.all()
        let proxy = running?.first
        machineAddresses = try Machine.addresses()
        program = proxy?.program ?? "servicelet"
        var arguments = ProxyArguments()
        if let proxy { arguments.take(proxy) }
        isKnown = proxy != nil && arguments.isComplete
        isModeKnown = proxy != nil
        if let mode = settings.proxyMode {
            arguments.mode = mode
            isModeKnown = true
        }
        if let name = settings.hostname { arguments.hostname = name }
        if let networks = settings.clusterCIDR {
            arguments.clusterCIDR = networks
            // Whoever settles the networks of the pods has settled all that rules depend on.
            isKnown = isKnown || isModeKnown
        }
        if let manifests = settings.manifests {
            arguments.origin = .manifests(path: manifests)
        } else if settings.kubeconfig != nil || settings.master != nil {
            arguments.origin = .cluster(kubeconfig: settings.kubeconfig, master: settings.master)
        }
        configuration = try arguments.configuration(machine: Machine.hostName())
    }

    /// The networks in which a diagnosis takes an address for a pod's.
    func localNetworks(_ objects: ClusterObjects) -> LocalNetworks {
        let own = IPFamily.allCases.flatMap { configuration.dataplane.localTraffic.networks(of: $0) }
        return LocalNetworks(own.isEmpty ? objects.nodes.flatMap(\.podCIDRs) : own)
    }
}
