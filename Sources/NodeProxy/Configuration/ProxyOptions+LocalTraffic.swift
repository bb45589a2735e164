import Dataplane
import InternetAddresses

/// How traffic of the node's own pods is recognized: `--detect-local-mode` and the flags that go with it.
extension ProxyOptions {
    /// What `--detect-local-mode` can be; nothing means the first.
    private enum DetectLocalMode: String, CaseIterable {
        case clusterCIDR = "ClusterCIDR"
        case nodeCIDR = "NodeCIDR"
        case bridgeInterface = "BridgeInterface"
        case interfaceNamePrefix = "InterfaceNamePrefix"
    }

    func readLocalTraffic() throws(ProxyError) -> LocalTraffic {
        let mode = try readDetectLocalMode()
        // Networks are accepted beside the modes that do not ask for them, as kube-proxy does: other flags may refer to them.
        let networks = try readNetworks(
            clusterCIDR, flag: "--cluster-cidr", what: "the networks of the pods",
            example: "10.244.0.0/16,fd00:10:244::/48")
        try refuse(podBridgeInterface, of: "--pod-bridge-interface", for: .bridgeInterface, in: mode)
        try refuse(podInterfaceNamePrefix, of: "--pod-interface-name-prefix", for: .interfaceNamePrefix, in: mode)
        switch mode {
        case .clusterCIDR:
            return networks.isEmpty ? .unknown : .networks(networks)
        case .nodeCIDR:
            throw ProxyError(
                .unsupported,
                "--detect-local-mode: NodeCIDR is not supported; use ClusterCIDR, with this node's pod CIDRs as --cluster-cidr"
            )
        case .bridgeInterface:
            return .bridge(try readInterface(podBridgeInterface, flag: "--pod-bridge-interface", mode))
        case .interfaceNamePrefix:
            return .interfacePrefix(
                try readInterface(podInterfaceNamePrefix, flag: "--pod-interface-name-prefix", mode))
        }
    }

    private func readDetectLocalMode() throws(ProxyError) -> DetectLocalMode {
        if detectLocalMode.isEmpty { return .clusterCIDR }
        guard let mode = DetectLocalMode(rawValue: detectLocalMode) else {
            let choices = DetectLocalMode.allCases.filter { $0 != .nodeCIDR }.map(\.rawValue).joined(separator: ", ")
            throw ProxyError(
                .invalidOption, "--detect-local-mode: there is no mode “\(detectLocalMode)”; use one of \(choices)")
        }
        return mode
    }

    /// Refuses a name that the mode ignores: the operator expects it to have an effect.
    private func refuse(
        _ name: String, of flag: String, for needed: DetectLocalMode, in mode: DetectLocalMode
    ) throws(ProxyError) {
        guard !name.isEmpty, mode != needed else { return }
        throw ProxyError(
            .invalidOption,
            "\(flag) means nothing in --detect-local-mode \(mode.rawValue); set --detect-local-mode \(needed.rawValue), or omit \(flag)"
        )
    }

    private func readInterface(
        _ name: String, flag: String, _ mode: DetectLocalMode
    ) throws(ProxyError) -> String {
        guard !name.isEmpty else {
            throw ProxyError(
                .invalidOption, "--detect-local-mode \(mode.rawValue) needs \(flag), such as \(flag) cni0")
        }
        // What the kernel refuses in names, and what nft and iptables would read as something else.
        let isName = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"/:"*+\!"#.utf8.contains($0) }
        guard isName, name.utf8.count < 16 else {
            throw ProxyError(
                .invalidOption,
                "\(flag): “\(name)” cannot be in the name of an interface; write up to 15 letters and digits, without a wildcard"
            )
        }
        return name
    }
}
