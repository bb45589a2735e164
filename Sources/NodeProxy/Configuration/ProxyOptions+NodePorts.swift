import InternetAddresses
import ServiceRouting

/// Where node ports are open, and the other settings of the mode `iptables`.
extension ProxyOptions {
    /// Without the flag, what kube-proxy does in the mode: all addresses with iptables and ipvs, the Node's own with
    /// nftables.
    func readNodePorts(_ mode: ProxyMode) throws(ProxyError) -> NodePortPolicy {
        let isOpenEnded = mode.matchesAnyAddress
        let policy = { (extent: NodePortPolicy.Extent) in
            NodePortPolicy(extent, admitsLoopback: isOpenEnded && localhostNodePorts, isOpenEnded: isOpenEnded)
        }
        if nodePortAddresses.isEmpty { return policy(mode.opensEveryAddress ? .networks([]) : .primary) }
        if nodePortAddresses == "primary" { return policy(.primary) }
        guard !nodePortAddresses.split(separator: ",").contains("primary") else {
            throw ProxyError(
                .invalidOption,
                "--nodeport-addresses: “primary” cannot stand beside networks; write either primary, or networks alone")
        }
        return policy(
            .networks(
                try readNetworks(
                    nodePortAddresses, flag: "--nodeport-addresses", what: "primary, or networks",
                    example: "192.0.2.0/24,2001:db8::/64")))
    }

    func readMasqueradeBit() throws(ProxyError) -> UInt8 {
        guard let bit = UInt8(masqueradeBit), bit < 32 else {
            throw ProxyError(
                .invalidOption,
                "--iptables-masquerade-bit: “\(masqueradeBit)” is not a bit of the packet mark; write a number from 0 to 31"
            )
        }
        return bit
    }
}
