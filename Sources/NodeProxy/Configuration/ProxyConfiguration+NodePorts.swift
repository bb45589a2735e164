import InternetAddresses
import KubeProxyConfig
import ServiceRouting

extension ProxyConfiguration {
    /// Where node ports are open. The default is kube-proxy's in the same mode: all addresses with iptables and ipvs,
    /// the Node's own with nftables.
    static func nodePorts(_ settings: KubeProxyConfiguration, _ mode: ProxyMode) -> NodePortPolicy {
        let isOpenEnded = mode.matchesAnyAddress
        let policy = { (extent: NodePortPolicy.Extent) in
            NodePortPolicy(
                extent, admitsLoopback: isOpenEnded && settings.iptables.localhostNodePorts, isOpenEnded: isOpenEnded)
        }
        let words = settings.nodePortAddresses
        if words.isEmpty { return policy(mode.opensEveryAddress ? .networks([]) : .primary) }
        if words == ["primary"] { return policy(.primary) }
        var networks = words.compactMap { IPNetwork($0) }
        if words.contains("localhost") { networks += Self.networks("127.0.0.0/8", "::1/128") }
        if words.contains("all") { networks += Self.networks("0.0.0.0/0", "::/0") }
        return policy(words.contains("primary") ? .primaryAnd(networks) : .networks(networks))
    }

    private static func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }
}
