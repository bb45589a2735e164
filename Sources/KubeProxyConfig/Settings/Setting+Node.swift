extension Setting {
    /// The node: detection of local traffic, addresses of node ports, kernel settings.
    @Table static var node: [Setting] {
        Setting(
            \.detectLocalMode, flag: "detect-local-mode", field: "detectLocalMode", placeholder: "mode",
            .honoured(
                "empty means ClusterCIDR; NodeCIDR waits for the Node's podCIDRs, and the program exits when they "
                    + "change"
            ),
            "How to recognise traffic from this node's pods: ClusterCIDR, NodeCIDR, BridgeInterface or "
                + "InterfaceNamePrefix.",
            check: Checks.oneOf("", "ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"))
        Setting(
            \.detectLocal.bridgeInterface, flag: "pod-bridge-interface", field: "detectLocal.bridgeInterface",
            placeholder: "name", .honoured(), "The bridge of this node's pods, for BridgeInterface.")
        Setting(
            \.detectLocal.interfaceNamePrefix, flag: "pod-interface-name-prefix",
            field: "detectLocal.interfaceNamePrefix", placeholder: "prefix", .honoured(),
            "How the names of the interfaces of this node's pods begin, for InterfaceNamePrefix.")
        Setting(
            \.clusterCIDR, flag: "cluster-cidr", field: "clusterCIDR", placeholder: "networks", .honoured(),
            "The networks of the pods, for ClusterCIDR: connections from elsewhere to clusterIPs are masqueraded.",
            check: Checks.clusterCIDR)
        Setting(
            \.nodePortAddresses, flag: "nodeport-addresses", field: "nodePortAddresses", placeholder: "networks",
            .honoured(
                "empty means all addresses in iptables and ipvs mode and primary in nftables mode, where no node port "
                    + "is "
                    + "open on loopback addresses"),
            "Where node ports are open: primary for the Node's InternalIPs, localhost, all, networks, or several of "
                + "these.",
            check: Checks.nodePortAddresses)
        Setting(
            \.oomScoreAdj, flag: "oom-score-adj", field: "oomScoreAdj", default: -999, .honoured(),
            "How the kernel ranks the process when memory runs out.", check: Checks.between(-1000...1000))
        Setting(
            \.conntrack.maxPerCore, flag: "conntrack-max-per-core", field: "conntrack.maxPerCore", default: 32768,
            .honoured("nf_conntrack_max and the hash size; failures are logged, and the program continues"),
            "Tracked connections for each CPU; 0 leaves nf_conntrack_max as it is.",
            check: Checks.notNegative)
        Setting(
            \.conntrack.min, flag: "conntrack-min", field: "conntrack.min", default: 131_072, .honoured(),
            "Least number of tracked connections, where conntrack-max-per-core is not 0.", check: Checks.notNegative)
        Setting(
            \.conntrack.tcpEstablishedTimeout, flag: "conntrack-tcp-timeout-established",
            field: "conntrack.tcpEstablishedTimeout", default: .seconds(86_400), .honoured(),
            "Idle timeout of established TCP connections; 0s leaves it as it is.", check: Checks.notNegative)
        Setting(
            \.conntrack.tcpCloseWaitTimeout, flag: "conntrack-tcp-timeout-close-wait",
            field: "conntrack.tcpCloseWaitTimeout", default: .seconds(3600), .honoured(),
            "Timeout of TCP connections in CLOSE_WAIT; 0s leaves it as it is.", check: Checks.notNegative)
        Setting(
            \.conntrack.tcpBeLiberal, flag: "conntrack-tcp-be-liberal", field: "conntrack.tcpBeLiberal",
            .honoured(),
            "Let the kernel accept TCP packets outside of the window, and program no rule that drops invalid packets.")
        Setting(
            \.conntrack.udpTimeout, flag: "conntrack-udp-timeout", field: "conntrack.udpTimeout",
            .honoured(),
            "Idle timeout of UDP connections without an answer; 0s leaves it as it is.", check: Checks.notNegative)
        Setting(
            \.conntrack.udpStreamTimeout, flag: "conntrack-udp-timeout-stream", field: "conntrack.udpStreamTimeout",
            .honoured(), "Idle timeout of UDP connections with answers; 0s leaves it as it is.",
            check: Checks.notNegative)
        Setting(
            \.configSyncPeriod, flag: "config-sync-period", field: "configSyncPeriod", default: .seconds(900),
            zeroIsDefault: true, .withoutEffect("watches bring each change; a broken one is resumed"),
            "Interval between two refreshes from the API server.", check: Checks.positive)
        Setting(
            \.portRange, field: "portRange", .withoutEffect("kube-proxy itself has no use for it any more"),
            "Ports of the host for proxying.", check: Checks.portRange)
        Setting(
            \.windowsRunAsService, flag: "windows-service", field: "windowsRunAsService", omitsZero: true,
            .windowsOnly, "Run as a Windows service.")
    }

    /// Settings without a field in the file.
    @Table static var commands: [Setting] {
        Setting(
            \.command.config, flag: "config", placeholder: "path",
            .honoured(
                "other flags are ignored, save the log's, --hostname-override, --master, --manifests, "
                    + "--userspace-reach, --userspace-drain-timeout and --count-connections"),
            "The configuration file; the program exits when it changes.")
        Setting(
            \.command.writeConfigTo, flag: "write-config-to", placeholder: "path", .honoured(),
            "Write the configuration to this file and exit.")
        Setting(
            \.command.cleanup, flag: "cleanup", .honoured("as servicelet cleanup"),
            "Remove everything that any mode has programmed and exit.")
        Setting(
            \.command.initOnly, flag: "init-only", .honoured("sysctls and the size of conntrack's table"),
            "Do what needs full root privileges and exit: afterwards CAP_NET_ADMIN is enough.")
        Setting(
            \.command.master, flag: "master", placeholder: "URL", .honoured("also applies with --config"),
            "The URL of the API server, in place of the one in the kubeconfig.")
        Setting(
            \.command.manifests, flag: "manifests", placeholder: "path",
            .honoured("not in kube-proxy; also applies with --config"),
            "A folder of YAML and JSON manifests, or one file, instead of a cluster; edits take effect at once.")
        Setting(
            \.command.userspaceReach, flag: "userspace-reach", mode: "userspace", placeholder: "way",
            .honoured("not in kube-proxy; also applies with --config"),
            "How connections to clusterIPs reach the proxy: redirect, loopback or none; the first that is allowed.")
        Setting(
            \.command.userspaceDrainTimeout, flag: "userspace-drain-timeout", default: .seconds(20),
            mode: "userspace", .honoured("not in kube-proxy; also applies with --config"),
            "In userspace mode, how long a stopping proxy keeps serving open connections.",
            check: Checks.notNegative)
        Setting(
            \.command.countConnections, flag: "count-connections",
            .honoured("not in kube-proxy; also applies with --config"),
            "Have the kernel count connections to each Service port, for servicelet_service_connections_total.")
        Setting(
            \.command.healthzPort, flag: "healthz-port", default: 10256, placeholder: "port",
            .honoured("deprecated; 0 serves no health checks"),
            "The port of --healthz-bind-address, where that has none.", check: Checks.between(0...65535))
        Setting(
            \.command.metricsPort, flag: "metrics-port", default: 10249, placeholder: "port",
            .honoured("deprecated; 0 serves no metrics"), "The port of --metrics-bind-address, where that has none.",
            check: Checks.between(0...65535))
        Setting(
            \.command.bootIDFile, flag: "boot-id-file", default: "/proc/sys/kernel/random/boot_id",
            placeholder: "paths", .withoutEffect("kube-proxy itself does not read it"), "Where the boot ID is.")
        Setting(
            \.command.machineIDFile, flag: "machine-id-file",
            default: "/etc/machine-id,/var/lib/dbus/machine-id", placeholder: "paths",
            .withoutEffect("kube-proxy itself does not read it"), "Where the machine ID is.")
        Setting(\.command.version, flag: "version", .honoured(), "Print the version and exit.")
        Setting(\.command.help, flag: "help", letter: "h", .honoured(), "Print this text and exit.")
    }
}
