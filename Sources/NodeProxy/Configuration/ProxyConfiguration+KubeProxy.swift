import DaemonKit
import Dataplane
import InternetAddresses
package import KubeProxyConfig
import UserspaceDataplane

extension ProxyConfiguration {
    /// The meaning of the operator's settings on the machine with the host name `machine`.
    ///
    /// Throws ``ProxyError`` for settings that this version does not support and for invalid ones, with the remedy.
    package init(_ settings: KubeProxyConfiguration, machine: String) throws(ProxyError) {
        let mode = try ProxyMode(settings)
        self.init(
            origin: try Self.origin(settings), mode: mode, nodeName: try Self.nodeName(settings, machine: machine),
            dataplane: DataplaneConfiguration(
                localTraffic: try LocalTraffic(settings),
                masqueradeMark: 1 << UInt32(clamping: settings.nftables.masqueradeBit)),
            nodePorts: Self.nodePorts(settings, mode),
            masqueradesAll: mode == .nftables ? settings.nftables.masqueradeAll : settings.iptables.masqueradeAll,
            masqueradeBit: UInt8(clamping: settings.iptables.masqueradeBit),
            localhostNodePorts: settings.iptables.localhostNodePorts,
            acceptsInvalidPackets: settings.conntrack.tcpBeLiberal, ipvsSettings: try IPVSSettings(settings, mode),
            healthAddress: ListenAddress(settings.healthzBindAddress, defaultPort: 10256),
            metricsAddress: ListenAddress(settings.metricsBindAddress, defaultPort: 10249))
        bindAddressHardFail = settings.bindAddressHardFail
        syncPeriod = settings.periodsInUse.sync
        minimumInterval = Self.minimumInterval(settings, mode)
        usesPodNetworksOfNode = settings.detectLocalMode == "NodeCIDR"
        countsConnections = settings.command.countConnections
        userspaceReach = try Self.userspaceReach(settings)
        userspaceDrainTimeout = settings.command.userspaceDrainTimeout
        takeNode(settings)
    }

    /// In nftables mode a change costs only its own elements, so kube-proxy's default interval is unnecessary.
    private static func minimumInterval(_ settings: KubeProxyConfiguration, _ mode: ProxyMode) -> Duration? {
        let minimum = settings.periodsInUse.min
        if mode == .iptables || mode == .ipvs { return minimum }
        return minimum == KubeProxyConfiguration().nftables.minSyncPeriod ? nil : minimum
    }

    private static func origin(_ settings: KubeProxyConfiguration) throws(ProxyError) -> Origin {
        let (manifests, master) = (settings.command.manifests, settings.command.master)
        let kubeconfig = settings.clientConnection.kubeconfig
        guard !manifests.isEmpty else {
            return .cluster(
                kubeconfig: kubeconfig.isEmpty ? nil : kubeconfig, master: master.isEmpty ? nil : master)
        }
        // A file for a cluster names a kubeconfig, which the flag overrides.
        let isFromFlag = settings.command.config.isEmpty
        for (flag, value) in [("--kubeconfig", isFromFlag ? kubeconfig : ""), ("--master", master)]
        where !value.isEmpty {
            throw ProxyError(
                .invalidOption, "--manifests and \(flag) are two sources of Services for one kernel; omit one of them")
        }
        return .manifests(path: manifests)
    }

    private static func userspaceReach(
        _ settings: KubeProxyConfiguration
    ) throws(ProxyError) -> UserspaceConfiguration.Reach? {
        let text = settings.command.userspaceReach
        guard !text.isEmpty else { return nil }
        guard let reach = UserspaceConfiguration.Reach(rawValue: text) else {
            throw ProxyError(
                .invalidOption,
                "--userspace-reach: “\(text)” is not a way to reach the proxy; use redirect, loopback or none")
        }
        return reach
    }

    private static func nodeName(_ settings: KubeProxyConfiguration, machine: String) throws(ProxyError) -> String {
        let name = settings.hostnameOverride.isEmpty ? machine : settings.hostnameOverride
        let trimmed = String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !trimmed.isEmpty else {
            throw ProxyError(
                .invalidOption, "the machine has no host name; name its Node with --hostname-override NAME")
        }
        return trimmed.lowercased()
    }
}
