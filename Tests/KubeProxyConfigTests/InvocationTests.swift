import Testing

@testable import KubeProxyConfig

@Suite("The arguments of kube-proxy")
struct InvocationTests {
    @Test("accept every form of flags")
    func forms() throws {
        let configuration = try invoke(
            "--cluster-cidr", "10.0.0.0/8", "--masquerade-all", "-v", "3", "--iptables-localhost-nodeports=F",
            "--conntrack-min=7", "--ipvs-exclude-cidrs=10.0.0.0/8, 10.1.0.0/16"
        ).configuration
        #expect(configuration.clusterCIDR == "10.0.0.0/8")
        #expect(configuration.iptables.masqueradeAll)
        #expect(configuration.nftables.masqueradeAll)
        #expect(configuration.logging.verbosity == 3)
        #expect(!configuration.iptables.localhostNodePorts)
        #expect(configuration.conntrack.min == 7)
        #expect(configuration.ipvs.excludeCIDRs == ["10.0.0.0/8", "10.1.0.0/16"])
        #expect(try invoke("-v=4").configuration.logging.verbosity == 4)
        #expect(try invoke("-v5").configuration.logging.verbosity == 5)
    }

    @Test("name mistakes, and the remedy")
    func mistakes() {
        #expect(
            complaint("--cluster-cdir=x").hasPrefix("unknown flag --cluster-cdir; did you mean --cluster-cidr?"))
        #expect(complaint("run").hasPrefix("“run” is not a flag, and kube-proxy takes only flags"))
        #expect(complaint("-x").hasPrefix("unknown flag -x"))
        #expect(complaint("--conntrack-min").hasPrefix("--conntrack-min needs a value, such as --conntrack-min=131072"))
        #expect(complaint("--conntrack-min=many") == "--conntrack-min is “many”; write a whole number")
        #expect(complaint("--masquerade-all=maybe") == "--masquerade-all is “maybe”; write true or false")
        #expect(complaint("--source-vip=10.0.0.1") == "--source-vip is for Windows, and this is Linux; remove it")
        #expect(
            complaint("--config-sync-period=-1s") == "--config-sync-period is -1s; write a duration above 0s")
        #expect(
            complaint("--iptables-masquerade-bit=32") == "--iptables-masquerade-bit is 32; write a number from 0 to 31")
        #expect(complaint("--healthz-bind-address=localhost:80").hasPrefix("--healthz-bind-address is “localhost:80”"))
        #expect(
            complaint("--nodeport-addresses=primary,banana").contains("has “banana”; write primary, localhost, all"))
        #expect(complaint("--cluster-cidr=10.0.0.0/8,10.1.0.0/16").hasPrefix("--cluster-cidr is “10.0.0.0/8,10.1"))
        #expect(complaint("--detect-local-mode=BridgeInterface").hasPrefix("--pod-bridge-interface is empty"))
    }

    @Test("--help, --version and --cleanup take precedence over everything else")
    func tasks() throws {
        #expect(try invoke("--help", "--config=missing").task == .printHelp)
        #expect(try invoke("-h").task == .printHelp)
        #expect(try invoke("--version").task == .printVersion(isRaw: false))
        #expect(try invoke("--version=raw").task == .printVersion(isRaw: true))
        #expect(try invoke("--cleanup=true").task == .cleanUp)
        #expect(try invoke("--init-only").task == .initialize)
        #expect(try invoke().task == .run)
    }

    @Test("an empty mode is iptables for kube-proxy and with a file, nftables otherwise")
    func emptyMode() throws {
        #expect(try invoke().configuration.mode == "nftables")
        #expect(try invoke(isKubeProxy: true).configuration.mode == "iptables")
        #expect(try invoke("--config=x", file: document("")).configuration.mode == "iptables")
        #expect(try invoke("--config=x", file: document("mode: nftables")).configuration.mode == "nftables")
    }

    @Test("with a file, only the flags of the log, the host name, the server and manifests apply")
    func besideFile() throws {
        let file = document("clusterCIDR: 10.0.0.0/8\nlogging: {verbosity: 1}\nhostnameOverride: other")
        let configuration = try invoke(
            "--config=x", "--cluster-cidr=10.1.0.0/16", "--proxy-mode=nftables", "-v=5", "--hostname-override=n1",
            "--manifests=/m", "--init-only", "--masquerade-all", "--healthz-port=0", file: file
        ).configuration
        #expect(configuration.clusterCIDR == "10.0.0.0/8")
        #expect(configuration.mode == "iptables")
        #expect(configuration.logging.verbosity == 5)
        #expect(configuration.hostnameOverride == "n1")
        #expect(configuration.command.manifests == "/m")
        #expect(configuration.command.initOnly)
        #expect(!configuration.iptables.masqueradeAll)
        #expect(configuration.healthzBindAddress == "0.0.0.0:10256")
        #expect(try invoke("--config=x", file: file).configuration.logging.verbosity == 1)
        #expect(try invoke("--config=x", file: file).configuration.command.userspaceDrainTimeout == .seconds(20))
        let ours = try invoke("--config=x", "--userspace-drain-timeout=5s", file: file).configuration
        #expect(ours.command.userspaceDrainTimeout == .seconds(5))
    }

    @Test("ports complete addresses, and 0 or an empty address serves nothing")
    func ports() throws {
        #expect(try invoke("--healthz-port=0").configuration.healthzBindAddress.isEmpty)
        #expect(try invoke("--metrics-bind-address=").configuration.metricsBindAddress.isEmpty)
        let given = try invoke("--metrics-bind-address=::", "--metrics-port=81")
        #expect(given.configuration.metricsBindAddress == "[::]:81")
        #expect(given.remarks.first?.contains("deprecated") == true)
        let ipv6 = try invoke("--config=x", file: document("bindAddress: '::'")).configuration
        #expect(ipv6.healthzBindAddress == "[::]:10256")
        #expect(ipv6.metricsBindAddress == "[::1]:10249")
    }

    @Test("settings without effect are reported")
    func remarks() throws {
        #expect(try invoke().remarks == [])
        let localhost = try invoke("--nodeport-addresses=primary,localhost", "--proxy-mode=nftables").remarks
        #expect(localhost.first?.hasPrefix("--nodeport-addresses: localhost has no effect in nftables mode, ") == true)
        #expect(try invoke("--nodeport-addresses=primary,localhost", "--proxy-mode=iptables").remarks.isEmpty)
        #expect(try invoke("--profiling").remarks.first?.hasPrefix("--profiling has no effect: ") == true)
        let file = document("enableProfiling: true\nudpIdleTimeout: 250ms\nmode: nftables")
        #expect(
            try invoke("--config=x", file: file).remarks == [
                "x: udpIdleTimeout is of an earlier release and has no effect",
                "enableProfiling has no effect: /debug/pprof profiles the Go runtime; use perf",
            ])
    }
}
