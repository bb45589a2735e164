import DaemonKit
import Dataplane
import InternetAddresses

/// The flags of `servicelet proxy`, as they were written. Their names and defaults are kube-proxy's.
package struct ProxyOptions: Sendable, Hashable {
    package var manifests: String?
    package var kubeconfig: String?
    package var master: String?
    package var mode = ""
    package var hostname = ""
    package var detectLocalMode = ""
    package var clusterCIDR = ""
    package var podBridgeInterface = ""
    package var podInterfaceNamePrefix = ""
    package var nodePortAddresses = ""
    package var masqueradeBit = "14"
    package var localhostNodePorts = true
    package var conntrackBeLiberal = false
    package var masqueradeAll = false
    package var ipvsScheduler = ""
    package var ipvsExcludeCIDRs = ""
    package var ipvsStrictARP = false
    package var ipvsTCPTimeout = "0s"
    package var ipvsTCPFINTimeout = "0s"
    package var ipvsUDPTimeout = "0s"
    package var ipvsSyncPeriod = "30s"
    package var ipvsMinSyncPeriod = "0s"
    package var minimumInterval = ""
    package var bindAddressHardFail = false
    package var healthAddress = Self.defaultHealthAddress
    package var metricsAddress = Self.defaultMetricsAddress

    package static let defaultHealthAddress = "0.0.0.0:10256"
    package static let defaultMetricsAddress = "127.0.0.1:10249"

    package init() {}

    /// What the flags mean on the machine named `machine`. Throws an error that names the flag and the remedy.
    package func configuration(machine: String) throws(ProxyError) -> ProxyConfiguration {
        let mode = try ProxyMode(option: mode)
        var configuration = ProxyConfiguration(
            origin: try readOrigin(), mode: mode, nodeName: try readNodeName(machine: machine),
            dataplane: DataplaneConfiguration(localTraffic: try readLocalTraffic()),
            nodePorts: try readNodePorts(mode), masqueradesAll: masqueradeAll,
            masqueradeBit: try readMasqueradeBit(), localhostNodePorts: localhostNodePorts,
            acceptsInvalidPackets: conntrackBeLiberal, ipvsSettings: try readIPVSSettings(),
            healthAddress: try readAddress(healthAddress, flag: "--healthz-bind-address", defaultPort: 10256),
            metricsAddress: try readAddress(metricsAddress, flag: "--metrics-bind-address", defaultPort: 10249))
        configuration.minimumInterval = try minimumInterval(of: mode)
        configuration.bindAddressHardFail = bindAddressHardFail
        return configuration
    }

    /// `--iptables-min-sync-period`, as kube-proxy applies it, in every mode but ipvs, which has a flag of its own.
    private func minimumInterval(of mode: ProxyMode) throws(ProxyError) -> Duration? {
        let ipvs = try readDuration(ipvsMinSyncPeriod, flag: "--ipvs-min-sync-period")
        if mode == .ipvs { return ipvs }
        return minimumInterval.isEmpty
            ? nil : try readDuration(minimumInterval, flag: "--iptables-min-sync-period")
    }

    private func readOrigin() throws(ProxyError) -> ProxyConfiguration.Origin {
        guard let manifests else { return .cluster(kubeconfig: kubeconfig, master: master) }
        for (flag, value) in [("--kubeconfig", kubeconfig), ("--master", master)] where value != nil {
            throw ProxyError(
                .invalidOption,
                "--manifests and \(flag) are two sources of Services for one kernel; omit one of them"
            )
        }
        guard !manifests.isEmpty else {
            throw ProxyError(.invalidOption, "--manifests: give the path of a folder of manifests, or of one file")
        }
        return .manifests(path: manifests)
    }

    private func readNodeName(machine: String) throws(ProxyError) -> String {
        let name = hostname.isEmpty ? machine : hostname
        let trimmed = String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !trimmed.isEmpty else {
            throw ProxyError(
                .invalidOption, "the machine has no host name; name its Node with --hostname-override NAME")
        }
        return trimmed.lowercased()
    }

    /// Networks separated by commas; `example` is what to write for `what`.
    func readNetworks(
        _ list: String, flag: String, what: String, example: String
    ) throws(ProxyError) -> [IPNetwork] {
        guard !list.isEmpty else { return [] }
        var networks: [IPNetwork] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let text = part.filter { !$0.isWhitespace }
            guard let network = IPNetwork(text) else {
                throw ProxyError(
                    .invalidOption, "\(flag): “\(text)” is not a network; write \(what) like \(example)")
            }
            networks.append(network)
        }
        return networks
    }

    private func readAddress(
        _ text: String, flag: String, defaultPort: UInt16
    ) throws(ProxyError) -> ListenAddress? {
        guard !text.isEmpty else { return nil }
        guard let address = ListenAddress(text, defaultPort: defaultPort) else {
            throw ProxyError(
                .invalidOption,
                "\(flag): “\(text)” is not an address and port; write them like 0.0.0.0:\(defaultPort) or [::]:\(defaultPort), or \"\" to serve nothing"
            )
        }
        return address
    }
}
