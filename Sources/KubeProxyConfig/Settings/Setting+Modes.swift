extension Setting {
    /// The modes and their settings.
    @Table static var modes: [Setting] {
        Setting(
            \.mode, flag: "proxy-mode", field: "mode", placeholder: "mode",
            .honoured("empty means iptables with --config and under the name kube-proxy, nftables otherwise"),
            "How to program the kernel: nftables, iptables, ipvs, or userspace to carry connections.")
        Setting(
            \.iptables.masqueradeBit, flag: "iptables-masquerade-bit", field: "iptables.masqueradeBit", default: 14,
            .honoured(), "In iptables and ipvs mode, the bit of the packet mark that asks for masquerading.",
            check: Checks.between(0...31))
        Setting(
            \.iptables.masqueradeAll, flag: "masquerade-all", field: "iptables.masqueradeAll",
            also: [\.nftables.masqueradeAll], .honoured("the flag is for all modes, the field for iptables and ipvs"),
            "Masquerade all connections to clusterIPs.")
        Setting(
            \.iptables.localhostNodePorts, flag: "iptables-localhost-nodeports",
            field: "iptables.localhostNodePorts", default: true, .honoured(),
            "In iptables mode, open node ports on 127.0.0.1 too.")
        Setting(
            \.iptables.syncPeriod, flag: "iptables-sync-period", field: "iptables.syncPeriod", default: .seconds(30),
            zeroIsDefault: true, also: [\.nftables.syncPeriod], mode: "iptables",
            .honoured("/healthz fails once a change has waited for twice this; altered rules are noticed at once"),
            "Interval of checks; the flag is for iptables and nftables mode.", check: Checks.positive)
        Setting(
            \.iptables.minSyncPeriod, flag: "iptables-min-sync-period", field: "iptables.minSyncPeriod",
            default: .seconds(1), zeroIsDefault: true, also: [\.nftables.minSyncPeriod], mode: "iptables",
            .honoured("the first change after a quiet time is written at once"),
            "Shortest interval between two writes; the flag is for iptables and nftables mode.",
            check: Checks.notNegative)
        Setting(
            \.ipvs.syncPeriod, flag: "ipvs-sync-period", field: "ipvs.syncPeriod", default: .seconds(30),
            zeroIsDefault: true, mode: "ipvs",
            .honoured(
                "the interval of checks for damage that the kernel does not announce; /healthz as above"),
            "In ipvs mode, interval of checks.",
            check: Checks.positive)
        Setting(
            \.ipvs.minSyncPeriod, flag: "ipvs-min-sync-period", field: "ipvs.minSyncPeriod",
            flagDefault: .seconds(1), mode: "ipvs", .honoured("as above"),
            "In ipvs mode, shortest interval between two writes.", check: Checks.notNegative)
        Setting(
            \.ipvs.scheduler, flag: "ipvs-scheduler", field: "ipvs.scheduler", mode: "ipvs", placeholder: "name",
            .honoured(), "In ipvs mode, how endpoints are chosen.")
        Setting(
            \.ipvs.excludeCIDRs, flag: "ipvs-exclude-cidrs", field: "ipvs.excludeCIDRs", mode: "ipvs",
            placeholder: "networks", .honoured(),
            "In ipvs mode, networks whose virtual servers are left alone.", check: Checks.networks)
        Setting(
            \.ipvs.strictARP, flag: "ipvs-strict-arp", field: "ipvs.strictARP", .honoured(),
            "In ipvs mode, answer ARP for the addresses of the asked interface alone.")
        Setting(
            \.ipvs.tcpTimeout, flag: "ipvs-tcp-timeout", field: "ipvs.tcpTimeout", mode: "ipvs",
            .honoured(), "In ipvs mode, idle timeout of TCP connections; 0s leaves it as it is.",
            check: Checks.notNegative)
        Setting(
            \.ipvs.tcpFinTimeout, flag: "ipvs-tcpfin-timeout", field: "ipvs.tcpFinTimeout", mode: "ipvs",
            .honoured(), "In ipvs mode, timeout of TCP connections after a FIN; 0s leaves it as it is.",
            check: Checks.notNegative)
        Setting(
            \.ipvs.udpTimeout, flag: "ipvs-udp-timeout", field: "ipvs.udpTimeout", mode: "ipvs",
            .honoured(), "In ipvs mode, timeout of UDP packets; 0s leaves it as it is.",
            check: Checks.notNegative)
        Setting(
            \.nftables.masqueradeBit, field: "nftables.masqueradeBit", default: 14,
            .honoured(),
            "In nftables mode, the bit of the packet mark that asks for masquerading.", check: Checks.between(0...31))
        Setting(
            \.nftables.masqueradeAll, field: "nftables.masqueradeAll", .honoured(),
            "In nftables mode, masquerade all connections to clusterIPs.")
        Setting(
            \.nftables.syncPeriod, field: "nftables.syncPeriod", default: .seconds(30), zeroIsDefault: true,
            mode: "nftables",
            .honoured("/healthz fails once a change has waited for twice this; altered rules are noticed at once"),
            "In nftables mode, interval of checks.", check: Checks.positive)
        Setting(
            \.nftables.minSyncPeriod, field: "nftables.minSyncPeriod", default: .seconds(1), zeroIsDefault: true,
            mode: "nftables", .honoured("at the default of 1s, changes are written as they arrive"),
            "In nftables mode, shortest interval between two writes.", check: Checks.notNegative)
        Setting(
            \.winkernel.networkName, flag: "network-name", field: "winkernel.networkName", .windowsOnly,
            "The HNS network.")
        Setting(
            \.winkernel.sourceVip, flag: "source-vip", field: "winkernel.sourceVip", .windowsOnly,
            "The source address of masqueraded connections.")
        Setting(
            \.winkernel.enableDSR, flag: "enable-dsr", field: "winkernel.enableDSR", .windowsOnly,
            "Direct server return.")
        Setting(
            \.winkernel.rootHnsEndpointName, flag: "root-hnsendpoint-name", field: "winkernel.rootHnsEndpointName",
            .windowsOnly, "The HNS endpoint of the host.")
        Setting(
            \.winkernel.forwardHealthCheckVip, flag: "forward-healthcheck-vip",
            field: "winkernel.forwardHealthCheckVip", .windowsOnly, "Forward health checks of load balancers.")
    }
}
