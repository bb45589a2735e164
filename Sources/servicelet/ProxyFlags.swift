import ArgumentParser
import NodeProxy

/// How the kernel is programmed, wherever Services come from; the names are kube-proxy's.
struct ProxyFlags: ParsableArguments {
    @Option(help: "How to program the kernel: nftables, iptables or ipvs.")
    var proxyMode = ""

    @Option(help: "The name of this machine's Node, where it is not the host name.")
    var hostnameOverride = ""

    @Option(help: "How to recognise traffic from pods of this node: ClusterCIDR, BridgeInterface, InterfaceNamePrefix.")
    var detectLocalMode = ""

    @Option(help: "The networks of the pods, such as 10.244.0.0/16,fd00:10:244::/48; others are masqueraded.")
    var clusterCidr = ""

    @Option(help: "The bridge of this node's pods, for BridgeInterface.")
    var podBridgeInterface = ""

    @Option(help: "How the interfaces of this node's pods begin, for InterfaceNamePrefix.")
    var podInterfaceNamePrefix = ""

    @Option(
        help: """
            Where node ports are open: primary for the Node's InternalIPs, or networks such as 192.0.2.0/24; by default \
            primary with nftables and everywhere with iptables and ipvs.
            """)
    var nodeportAddresses = ""

    @Option(help: "Which bit of the packet mark asks for masquerading in the modes iptables and ipvs, 0 to 31.")
    var iptablesMasqueradeBit = "14"

    @Flag(inversion: .prefixedNo, help: "Open node ports on 127.0.0.1 too, in iptables mode.")
    var iptablesLocalhostNodeports = true

    @Flag(help: "Let packets through that conntrack cannot place, in iptables mode.")
    var conntrackTcpBeLiberal = false

    @Option(help: "The shortest interval between two programmings, such as 1s; 0s for none. 1s in iptables mode.")
    var iptablesMinSyncPeriod = ""

    @Flag(help: "Do not start if the address of --healthz-bind-address is taken.")
    var bindAddressHardFail = false

    @Flag(help: "Masquerade all connections to clusterIPs.")
    var masqueradeAll = false

    @Option(
        help: """
            How IPVS spreads connections: rr, wrr, lc, wlc, sh, dh, sed, nq, lblc, lblcr or mh, with flags as in \
            sh,sh-port; by default rr.
            """)
    var ipvsScheduler = ""

    @Option(help: "Networks whose IPVS virtual servers are somebody else's, such as 192.0.2.0/24.")
    var ipvsExcludeCidrs = ""

    @Flag(help: "Answer ARP requests only for addresses of the interface that is asked, in ipvs mode.")
    var ipvsStrictArp = false

    @Option(help: "For how long IPVS keeps idle TCP connections, such as 15m; 0 leaves what the kernel has.")
    var ipvsTcpTimeout = "0s"

    @Option(help: "The same behind the end of a TCP connection.")
    var ipvsTcpfinTimeout = "0s"

    @Option(help: "The same for UDP.")
    var ipvsUdpTimeout = "0s"

    @Option(help: "The longest time that damage to IPVS goes unnoticed of which the kernel does not tell.")
    var ipvsSyncPeriod = "30s"

    @Option(help: "The shortest interval between two programmings in ipvs mode; none by default.")
    var ipvsMinSyncPeriod = "0s"

    @Option(help: "Where to serve /healthz and /livez; \"\" for nowhere.")
    var healthzBindAddress = ProxyOptions.defaultHealthAddress

    @Option(help: "Where to serve /metrics and /proxyMode; \"\" for nowhere.")
    var metricsBindAddress = ProxyOptions.defaultMetricsAddress

    var options: ProxyOptions {
        var options = ProxyOptions()
        options.mode = proxyMode
        options.hostname = hostnameOverride
        options.detectLocalMode = detectLocalMode
        options.clusterCIDR = clusterCidr
        options.podBridgeInterface = podBridgeInterface
        options.podInterfaceNamePrefix = podInterfaceNamePrefix
        options.nodePortAddresses = nodeportAddresses
        options.masqueradeBit = iptablesMasqueradeBit
        options.localhostNodePorts = iptablesLocalhostNodeports
        options.conntrackBeLiberal = conntrackTcpBeLiberal
        options.masqueradeAll = masqueradeAll
        options.minimumInterval = iptablesMinSyncPeriod
        options.bindAddressHardFail = bindAddressHardFail
        options.ipvsScheduler = ipvsScheduler
        options.ipvsExcludeCIDRs = ipvsExcludeCidrs
        options.ipvsStrictARP = ipvsStrictArp
        options.ipvsTCPTimeout = ipvsTcpTimeout
        options.ipvsTCPFINTimeout = ipvsTcpfinTimeout
        options.ipvsUDPTimeout = ipvsUdpTimeout
        options.ipvsSyncPeriod = ipvsSyncPeriod
        options.ipvsMinSyncPeriod = ipvsMinSyncPeriod
        options.healthAddress = healthzBindAddress
        options.metricsAddress = metricsBindAddress
        return options
    }
}
