import Testing

@testable import KubeProxyConfig

@Suite("The configuration file")
struct ConfigurationFileTests {
    @Test("kubeadm's ConfigMap is read")
    func kubeadm() throws {
        let file = document(
            """
            bindAddress: 0.0.0.0
            bindAddressHardFail: false
            clientConnection:
              acceptContentTypes: ""
              burst: 0
              contentType: ""
              kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
              qps: 0
            clusterCIDR: 10.244.0.0/16
            configSyncPeriod: 0s
            conntrack:
              maxPerCore: null
              min: null
              tcpBeLiberal: false
              tcpCloseWaitTimeout: null
              tcpEstablishedTimeout: null
              udpStreamTimeout: 0s
              udpTimeout: 0s
            detectLocal:
              bridgeInterface: ""
              interfaceNamePrefix: ""
            detectLocalMode: ""
            enableProfiling: false
            healthzBindAddress: ""
            hostnameOverride: ""
            iptables:
              localhostNodePorts: null
              masqueradeAll: false
              masqueradeBit: null
              minSyncPeriod: 0s
              syncPeriod: 0s
            ipvs:
              excludeCIDRs: null
              minSyncPeriod: 0s
              scheduler: ""
              strictARP: false
              syncPeriod: 0s
              tcpFinTimeout: 0s
              tcpTimeout: 0s
              udpTimeout: 0s
            logging:
              flushFrequency: 0
              options:
                json:
                  infoBufferSize: "0"
                text:
                  infoBufferSize: "0"
              verbosity: 0
            metricsBindAddress: ""
            mode: ""
            nftables:
              masqueradeAll: false
              masqueradeBit: null
              minSyncPeriod: 0s
              syncPeriod: 0s
            nodePortAddresses: null
            oomScoreAdj: null
            portRange: ""
            showHiddenMetricsForVersion: ""
            winkernel:
              enableDSR: false
              forwardHealthCheckVip: false
              networkName: ""
              rootHnsEndpointName: ""
              sourceVip: ""
            """)
        let read = try invoke("--config=x", "--hostname-override=n1", file: file)
        #expect(read.remarks == [])
        var expected = KubeProxyConfiguration()
        expected.mode = "iptables"
        expected.detectLocalMode = "ClusterCIDR"
        expected.clusterCIDR = "10.244.0.0/16"
        expected.clientConnection.kubeconfig = "/var/lib/kube-proxy/kubeconfig.conf"
        expected.hostnameOverride = "n1"
        expected.command.config = "x"
        #expect(read.configuration == expected)
    }

    @Test("an unknown field is named with its line, its path and a suggestion")
    func unknown() {
        let text = complaint(file: document("iptables:\n  masqueradeBitt: 3\nmood: iptables"))
        #expect(
            text == "proxy.conf:4: iptables.masqueradeBitt is not a field of KubeProxyConfiguration; "
                + "remove it, or write iptables.masqueradeBit (and 1 more)")
        #expect(complaint(file: document("conntrack: {banana: 1}")).contains("conntrack.banana is not a field"))
    }

    @Test("a duplicate key is named")
    func duplicates() {
        let text = complaint(file: document("mode: iptables\nmode: nftables"))
        #expect(text.hasPrefix("proxy.conf:"))
        #expect(text.hasSuffix(": has mode more than once in one object; leave one of them"))
    }

    @Test("a value of another type is named with its line and the remedy")
    func types() {
        #expect(complaint(file: document("clusterCIDR: 10")).contains(":3: clusterCIDR is “10”; write text"))
        #expect(complaint(file: document("configSyncPeriod: 30")).contains("write a duration such as 30s"))
        #expect(complaint(file: document("oomScoreAdj: \"1\"")).contains("is the text \"1\"; write a whole number"))
        #expect(complaint(file: document("nodePortAddresses: primary")).contains("nodePortAddresses is not a list"))
        #expect(complaint(file: document("conntrack: 5")).contains("conntrack is not an object"))
        #expect(complaint(file: document("mode: [iptables]")).contains("mode is a list or an object"))
        #expect(complaint(file: document("enableProfiling: 1")).contains("enableProfiling is “1”; write true or false"))
    }

    @Test("values are checked as in kube-proxy, and named as fields")
    func values() {
        #expect(
            complaint(file: document("oomScoreAdj: 1001"))
                == "proxy.conf: oomScoreAdj is 1001; write a number from -1000 to 1000")
        #expect(
            complaint(file: document("iptables: {syncPeriod: 1s, minSyncPeriod: 2s}"))
                == "proxy.conf: iptables.minSyncPeriod is 2s, which is more than iptables.syncPeriod, 1s; write a "
                + "shorter one"
        )
        #expect(
            complaint(file: document("winkernel: {sourceVip: 10.0.0.1}")).contains("winkernel.sourceVip is for Windows")
        )
        #expect(complaint(file: document("portRange: a-b")).contains("portRange is “a-b”"))
        // Modes not in use are not checked, as in kube-proxy.
        #expect(complaint(file: document("ipvs: {excludeCIDRs: [none]}")) == "no complaint, but run")
        #expect(
            complaint(file: document("mode: ipvs\nipvs: {excludeCIDRs: [none]}")).contains(
                "ipvs.excludeCIDRs has “none”"))
    }

    @Test("a file that is not a configuration is named as such")
    func others() {
        #expect(complaint(file: "").contains("holds no object"))
        #expect(complaint(file: "kind: Pod\napiVersion: v1").contains("has v1 Pod; write apiVersion: kubeproxy"))
        #expect(complaint(file: "a: [").hasPrefix("proxy.conf:2: is not YAML"))
        #expect(complaint(file: document("") + "---\n" + document("")).contains("holds 2 documents"))
        #expect(!complaint(file: "a: [\n").contains("\n"))
    }

    @Test("bytes that are not text, and a blank name, are refused in one line")
    func blanks() {
        #expect(complaint(file: "a: \u{1}").hasPrefix("proxy.conf: is not YAML: control characters are not allowed"))
        #expect(
            complaint(file: document("hostnameOverride: ' '"))
                == "proxy.conf: hostnameOverride is “ ”, which is no name; write one, or omit it for the host name")
        #expect(
            complaint(file: document("logging: {format: xml}"))
                == "proxy.conf: logging.format is “xml”; write text or json")
    }

    @Test("a folder instead of a file is named as such")
    func folder() {
        #expect(throws: ConfigurationError(.file, "--config: /proc cannot be read: Is a directory; name a file")) {
            try Invocation(["--config=/proc"], program: "x", isKubeProxy: false)
        }
    }

    @Test("a missing file is named")
    func missing() {
        #expect(
            throws: ConfigurationError(.file, "--config: there is no file /no/such; create it, or correct the path")
        ) {
            try Invocation(["--config=/no/such"], program: "x", isKubeProxy: false)
        }
    }

    @Test(
        "durations are in Go's format",
        arguments: [
            ("0", "0s"), ("1h30m", "1h30m0s"), ("1.5s", "1.5s"), ("250ms", "250ms"), ("90s", "1m30s"),
            ("100us", "100µs"),
            ("7ns", "7ns"), ("-2s", "-2s"), ("24h", "24h0m0s"), ("1m0.25s", "1m0.25s"),
        ])
    func durations(text: String, printed: String) throws {
        #expect(try Duration(flag: text).goText == printed)
    }

    @Test("text that Go does not accept as a duration is refused", arguments: ["", "5", "s", "1x", "-", "1s2"])
    func noDurations(text: String) {
        #expect(throws: ValueProblem.self) { try Duration(flag: text) }
    }
}
