package import DaemonKit
package import Dataplane
package import IPTablesDataplane
package import IPVSDataplane
package import ServiceRouting
package import UserspaceDataplane

/// All that the operator has settled, checked and ready to use.
package struct ProxyConfiguration: Sendable, Hashable {
    /// Where Services and EndpointSlices come from.
    package enum Origin: Sendable, Hashable {
        /// A folder of manifests, or one file.
        case manifests(path: String)
        /// An API server: the one that a kubeconfig or a URL names, or that of the Pod that we run in.
        case cluster(kubeconfig: String?, master: String?)

        /// Whether each machine has its Node there.
        package var isCluster: Bool { if case .cluster = self { true } else { false } }
    }

    package var origin: Origin
    package var mode: ProxyMode
    /// The shortest interval between two programmings; `nil` for the mode's own.
    package var minimumInterval: Duration?
    /// The name of this machine's Node, as kubelet registered it.
    package var nodeName: String
    package var dataplane: DataplaneConfiguration
    /// On which of the machine's addresses node ports are open.
    package var nodePorts: NodePortPolicy
    /// Whether connections to clusterIPs are masqueraded whoever makes them.
    package var masqueradesAll: Bool
    /// Which bit of the packet mark asks for masquerading in the mode `iptables`, 0 to 31.
    package var masqueradeBit: UInt8
    /// Whether node ports are open on 127.0.0.1 in the mode `iptables`.
    package var localhostNodePorts: Bool
    /// Whether packets that conntrack cannot place are let through in the mode `iptables`; in the other they always
    /// are.
    package var acceptsInvalidPackets: Bool
    /// What the mode `ipvs` alone is told.
    package var ipvsSettings: IPVSSettings
    /// How connections reach the proxy in the mode `userspace` at addresses that the machine does not have; `nil` for
    /// the first way that the machine allows.
    package var userspaceReach: UserspaceConfiguration.Reach?
    /// How long a proxy in the mode `userspace` that is told to stop waits for the end of its connections.
    package var userspaceDrainTimeout = Duration.seconds(20)
    /// Where `/healthz` and `/livez` are served; `nil` for nowhere.
    package var healthAddress: ListenAddress?
    /// Whether the proxy ends where one of its addresses is taken (`--bind-address-hard-fail`). Otherwise it tries
    /// again until the address is free.
    package var bindAddressHardFail = false
    /// Where `/metrics` is served; `nil` for nowhere.
    package var metricsAddress: ListenAddress?
    /// Half of the time that an update or a repair may be pending before `/healthz` fails.
    package var syncPeriod = Duration.seconds(30)
    /// Whether the networks in ``dataplane`` come from this machine's Node (`--detect-local-mode NodeCIDR`).
    package var usesPodNetworksOfNode = false
    /// The settings of the node that are made before the first rule.
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
    /// The part that the mode `iptables` acts on.
    package var iptables: IPTablesConfiguration {
        IPTablesConfiguration(
            dataplane: dataplane, masqueradeBit: masqueradeBit, localhostNodePorts: localhostNodePorts,
            acceptsInvalidPackets: acceptsInvalidPackets)
    }

    /// The part that the mode `ipvs` acts on.
    package var ipvs: IPVSConfiguration {
        IPVSConfiguration(
            dataplane: dataplane, masqueradesAll: masqueradesAll, masqueradeBit: masqueradeBit,
            scheduler: ipvsSettings.scheduler, excludedNetworks: ipvsSettings.excludedNetworks,
            usesStrictARP: ipvsSettings.usesStrictARP, timeouts: ipvsSettings.timeouts,
            syncPeriod: ipvsSettings.syncPeriod)
    }

    /// The part that the mode `userspace` acts on.
    package var userspace: UserspaceConfiguration {
        UserspaceConfiguration(localTraffic: dataplane.localTraffic, reach: userspaceReach)
    }

    /// The part that routing acts upon.
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
