import Dataplane
import InternetAddresses
import KubeProxyConfig

extension LocalTraffic {
    /// How traffic from the node's own pods is recognised: `detectLocalMode` and its fields.
    init(_ settings: KubeProxyConfiguration) throws(ProxyError) {
        switch settings.detectLocalMode {
        case "NodeCIDR":
            // They come from the Node later: see `PodNetworks`.
            self = .unknown
        case "BridgeInterface":
            let name = settings.detectLocal.bridgeInterface
            self = .bridge(try Self.interface(name, settings, field: "bridgeInterface"))
        case "InterfaceNamePrefix":
            let prefix = settings.detectLocal.interfaceNamePrefix
            self = .interfacePrefix(try Self.interface(prefix, settings, field: "interfaceNamePrefix"))
        default:
            let networks = settings.clusterCIDR.split(separator: ",").compactMap { text in
                IPNetwork(text.filter { !$0.isWhitespace })
            }
            self = networks.isEmpty ? .unknown : .networks(networks)
        }
    }

    private static func interface(
        _ name: String, _ settings: KubeProxyConfiguration, field: String
    ) throws(ProxyError) -> String {
        // Characters that the kernel refuses in names, or that nft and iptables would misread.
        let isName = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"/:"*+\!"#.utf8.contains($0) }
        guard isName, name.utf8.count < 16 else {
            throw ProxyError(
                settings, field: "detectLocal.\(field)",
                "is “\(name)”, which no interface's name has in it; write up to 15 letters and digits, without a "
                    + "wildcard")
        }
        return name
    }
}
