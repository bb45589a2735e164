package import DaemonKit
package import Dataplane
package import IPTablesDataplane
package import IPVSDataplane
package import ServiceRouting
package import UserspaceDataplane

/// The operator's settings, validated and ready to use.
package struct ProxyConfiguration: Sendable, Hashable {
    /// Where Services and EndpointSlices come from.
    package enum Origin: Sendable, Hashable {
        /// A folder of manifests, or one file.
        case manifests(path: String)
        /// An API server: the one named by a kubeconfig or URL, or that of the Pod that we run in.
        case cluster(kubeconfig: String?, master: String?)

        /// Whether the source has a Node for each machine.
        package var isCluster: Bool { if case .cluster = self { true } else { false } }
    }

    package var origin: Origin
    package var mode: ProxyMode
    /// The shortest interval between two programmings; `nil` for the mode's own.
    package var minimumInterval: Duration?
    /// The name of this machine's Node, as kubelet registered it.
    package var nodeName: String
    package var dataplane: DataplaneConfiguration
    /// The machine's addresses on which node ports are open.
    package var nodePorts: NodePortPolicy
    /// Whether all connections to clusterIPs are masqueraded.
    package var masqueradesAll: Bool
    /// The bit of the packet mark that requests masquerading in iptables mode, 0 to 31.
    package var masqueradeBit: UInt8
    /// Whether node ports are open on 127.0.0.1 in iptables mode.
    package var localhostNodePorts: Bool
    /// Whether packets that conntrack considers invalid are accepted in iptables mode; in other modes they always are.
    package var acceptsInvalidPackets: Bool
    /// The settings of ipvs mode.
    package var ipvsSettings: IPVSSettings
    /// How, in userspace mode, connections to addresses that the machine does not have reach the proxy; `nil` for the
    /// first way that the machine allows.
    package var userspaceReach: UserspaceConfiguration.Reach?
    /// How long a stopping proxy in userspace mode waits for its connections to end.
    package var userspaceDrainTimeout = Duration.seconds(20)
    /// Where `/healthz` and `/livez` are served; `nil` for nowhere.
    package var healthAddress: ListenAddress?
    /// Whether the proxy exits if one of its addresses is in use (`--bind-address-hard-fail`). Otherwise it retries
    /// until the address is free.
    package var bindAddressHardFail = false
    /// Where `/metrics` is served; `nil` for nowhere.
    package var metricsAddress: ListenAddress?
    /// Half of the time for which an update or a repair may be pending before `/healthz` fails.
    package var syncPeriod = Duration.seconds(30)
    /// Whether the networks in ``dataplane`` come from this machine's Node (`--detect-local-mode NodeCIDR`).
    package var usesPodNetworksOfNode = false
    /// Whether the connections to each Service port are counted (`--count-connections`).
    package var countsConnections = false
    /// The node settings applied before the first rule.
    package var preparation = NodePreparation(conntrack: nil, oomScore: nil)

    package init(
        origin: Origin, mode: ProxyMode, nodeName: String, dataplane: DataplaneConfiguration = DataplaneConfiguration(),
        nodePorts: NodePortPolicy = .primary, masqueradesAll: Bool = false, masqueradeBit: UInt8 = 14,
        localhostNodePorts: Bool = true,
        acceptsInvalidPackets: Bool = false, ipvsSettings: IPVSSettings = IPVSSettings(),
        healthAddress: ListenAddress? = nil, metricsAddress: ListenAddress? = nil
    ) {
        self.origin = origin
        self.mode = mode
        self.nodeName = nodeName
        self.dataplane = dataplane
        self.nodePorts = nodePorts
        self.masqueradesAll = masqueradesAll
        self.masqueradeBit = masqueradeBit
        self.localhostNodePorts = localhostNodePorts
        self.acceptsInvalidPackets = acceptsInvalidPackets
        self.ipvsSettings = ipvsSettings
        self.healthAddress = healthAddress
        self.metricsAddress = metricsAddress
    }
}

extension ProxyConfiguration {
    /// The settings for iptables mode.
    package var iptables: IPTablesConfiguration {
        IPTablesConfiguration(
            dataplane: dataplane, masqueradeBit: masqueradeBit, localhostNodePorts: localhostNodePorts,
            acceptsInvalidPackets: acceptsInvalidPackets)
    }

    /// The settings for ipvs mode.
    package var ipvs: IPVSConfiguration {
        IPVSConfiguration(
            dataplane: dataplane, masqueradesAll: masqueradesAll, masqueradeBit: masqueradeBit,
            scheduler: ipvsSettings.scheduler, excludedNetworks: ipvsSettings.excludedNetworks,
            usesStrictARP: ipvsSettings.usesStrictARP, timeouts: ipvsSettings.timeouts,
            syncPeriod: ipvsSettings.syncPeriod)
    }

    /// The settings for userspace mode.
    package var userspace: UserspaceConfiguration {
        UserspaceConfiguration(localTraffic: dataplane.localTraffic, reach: userspaceReach)
    }

    /// The settings for routing.
    package var routing: RoutingConfiguration {
        RoutingConfiguration(nodeName: nodeName, nodePorts: nodePorts, masqueradesAll: masqueradesAll)
    }
}

extension ProxyConfiguration: CustomStringConvertible {
    /// The first line of the log.
    package var description: String {
        let services =
            switch origin {
            case .manifests(let path): "the Services in \(path)"
            case .cluster(_, let master?): "the Services of the cluster at \(master)"
            case .cluster(let kubeconfig?, nil): "the Services of the cluster in \(kubeconfig)"
            case .cluster: "the Services of this cluster"
            }
        let masquerading =
            switch dataplane.localTraffic {
            case .unknown where !masqueradesAll && !usesPodNetworksOfNode:
                "; without --cluster-cidr, clients outside of the pod networks keep their address on the way to a "
                    + "clusterIP"
            default: ""
            }
        return "programming \(services) into node \(nodeName) with \(mode)\(masquerading)"
    }
}
