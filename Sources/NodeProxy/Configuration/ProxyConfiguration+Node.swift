import KubeProxyConfig
import NodeSetup

extension ProxyConfiguration {
    /// Takes over the settings of the node other than rules.
    mutating func takeNode(_ settings: KubeProxyConfiguration) {
        let conntrack = settings.conntrack
        preparation = NodePreparation(
            conntrack: ConntrackLimits(
                maxPerCore: conntrack.maxPerCore, min: conntrack.min,
                tcpEstablishedTimeout: conntrack.tcpEstablishedTimeout,
                tcpCloseWaitTimeout: conntrack.tcpCloseWaitTimeout, udpTimeout: conntrack.udpTimeout,
                udpStreamTimeout: conntrack.udpStreamTimeout, tcpBeLiberal: conntrack.tcpBeLiberal),
            oomScore: settings.oomScoreAdj)
    }
}
