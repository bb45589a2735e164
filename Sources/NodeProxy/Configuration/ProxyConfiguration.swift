package import Dataplane
package import IPTablesDataplane
package import InternetAddresses
package import Logging

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
    /// The name of this machine's Node, as kubelet registered it.
    package var nodeName: String
    package var dataplane: DataplaneConfiguration
    /// On which of the machine's addresses node ports are open.
    package var nodePortAddresses: NodePortAddresses
    /// Which bit of the packet mark asks for masquerading in the mode `iptables`, 0 to 31.
    package var masqueradeBit: UInt8
    /// Whether node ports are open on 127.0.0.1 in the mode `iptables`.
    package var localhostNodePorts: Bool
    /// Whether packets that conntrack cannot place are let through in the mode `iptables`; in the other they always are.
    package var acceptsInvalidPackets: Bool
    /// Where `/healthz` and `/livez` are served; `nil` for nowhere.
    package var healthAddress: ListenAddress?
    /// Where `/metrics` is served; `nil` for nowhere.
    package var metricsAddress: ListenAddress?

    package init(
        origin: Origin, mode: ProxyMode, nodeName: String, dataplane: DataplaneConfiguration = DataplaneConfiguration(),
        nodePortAddresses: NodePortAddresses = .primary, masqueradeBit: UInt8 = 14, localhostNodePorts: Bool = true,
        acceptsInvalidPackets: Bool = false, healthAddress: ListenAddress? = nil, metricsAddress: ListenAddress? = nil
    ) {
        self.origin = origin
        self.mode = mode
        self.nodeName = nodeName
        self.dataplane = dataplane
        self.nodePortAddresses = nodePortAddresses
        self.masqueradeBit = masqueradeBit
        self.localhostNodePorts = localhostNodePorts
        self.acceptsInvalidPackets = acceptsInvalidPackets
        self.healthAddress = healthAddress
        self.metricsAddress = metricsAddress
    }
}

extension ProxyConfiguration {
    /// The part that the mode `iptables` acts on.
    package var iptables: IPTablesConfiguration {
        IPTablesConfiguration(
            dataplane: dataplane, masqueradeBit: masqueradeBit, localhostNodePorts: localhostNodePorts,
            nodePortAddresses: nodePortAddresses, acceptsInvalidPackets: acceptsInvalidPackets)
    }

    /// Those of the machine's addresses that the mode `nftables` opens node ports on in place of the Node's own; `nil`
    /// where it is the Node's, and in the mode `iptables`, which chooses by itself.
    package func nodePortAddresses(among machine: [IPAddress]) -> [IPAddress]? {
        guard mode == .nftables, case .networks(let networks) = nodePortAddresses else { return nil }
        return machine.filter { address in
            let sameFamily = networks.filter { $0.family == address.family }
            // As in kube-proxy, networks of one family say nothing of the other.
            return sameFamily.isEmpty || sameFamily.contains { $0.contains(address) }
        }
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
            case .unknown where !dataplane.masqueradeAll:
                "; without --cluster-cidr, clients outside of the pod networks keep their address on the way to a clusterIP"
            default: ""
            }
        return "programming \(services) into node \(nodeName) with \(mode.rawValue)\(masquerading)"
    }
}

extension Logger.Level {
    /// What `-v N` asks for, on klog's scale: one line for each thing done, then reasons, then everything.
    package init(verbosity: Int) {
        self = verbosity >= 6 ? .trace : verbosity >= 2 ? .debug : .info
    }
}
