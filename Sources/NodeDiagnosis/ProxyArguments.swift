import NodeProbes
import NodeProxy

/// The settings of a running proxy, from its command line.
struct ProxyArguments {
    var mode: String?
    var hostname: String?
    var clusterCIDR: String?
    var origin: ProxyConfiguration.Origin?
    /// Whether the command line says everything: with a configuration file it does not.
    private(set) var isComplete = true
    private var options = ProxyOptions()

    mutating func take(_ proxy: RunningProxy) {
        isComplete = proxy.value(of: "config") == nil
        func text(_ flag: String, _ place: inout String) {
            if let value = proxy.value(of: flag) { place = value }
        }
        text("proxy-mode", &options.mode)
        // Where nobody chooses, kube-proxy's mode is iptables.
        if proxy.program == "kube-proxy", options.mode.isEmpty { options.mode = "iptables" }
        text("hostname-override", &options.hostname)
        text("detect-local-mode", &options.detectLocalMode)
        text("cluster-cidr", &options.clusterCIDR)
        text("pod-bridge-interface", &options.podBridgeInterface)
        text("pod-interface-name-prefix", &options.podInterfaceNamePrefix)
        text("nodeport-addresses", &options.nodePortAddresses)
        text("iptables-masquerade-bit", &options.masqueradeBit)
        text("healthz-bind-address", &options.healthAddress)
        text("metrics-bind-address", &options.metricsAddress)
        text("ipvs-exclude-cidrs", &options.ipvsExcludeCIDRs)
        text("ipvs-scheduler", &options.ipvsScheduler)
        options.localhostNodePorts =
            !proxy.arguments.contains { $0.hasPrefix("--no-iptables-localhost") }
            && proxy.value(of: "iptables-localhost-nodeports") != "false"
        options.masqueradeAll =
            proxy.arguments.contains("--masquerade-all") || proxy.value(of: "masquerade-all") == "true"
        options.conntrackBeLiberal = proxy.arguments.contains { $0.hasPrefix("--conntrack-tcp-be-liberal") }
        options.manifests = proxy.value(of: "manifests")
        options.kubeconfig = proxy.value(of: "kubeconfig")
        options.master = proxy.value(of: "master")
        if proxy.hasOwnAPI {
            options.kubeconfig = (proxy.value(of: "data-dir") ?? "/var/lib/servicelet") + "/admin.kubeconfig"
        }
    }

    /// What the settings mean on the machine of this name.
    func configuration(machine: String) throws(ProxyError) -> ProxyConfiguration {
        var options = options
        if let mode { options.mode = mode }
        if let hostname { options.hostname = hostname }
        if let clusterCIDR {
            options.clusterCIDR = clusterCIDR
            options.detectLocalMode = ""
            options.podBridgeInterface = ""
            options.podInterfaceNamePrefix = ""
        }
        var configuration = try options.configuration(machine: machine)
        if let origin { configuration.origin = origin }
        return configuration
    }
}
