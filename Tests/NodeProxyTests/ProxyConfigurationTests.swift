import DaemonKit
import Dataplane
import InternetAddresses
import KubeProxyConfig
import NodeProxy
import NodeSetup
import ServiceRouting
import Testing

@Suite("The meaning of settings for the proxy")
struct ProxyConfigurationTests {
    private func configuration(_ flags: String...) throws -> ProxyConfiguration {
        let invocation = try Invocation(flags, program: "servicelet proxy", isKubeProxy: false)
        return try ProxyConfiguration(invocation.configuration, machine: "Node-1")
    }

    /// The error message for a mistake.
    private func complaint(_ flags: String...) -> String {
        do {
            let invocation = try Invocation(flags, program: "servicelet proxy", isKubeProxy: false)
            return "no complaint, but \(try ProxyConfiguration(invocation.configuration, machine: "n1"))"
        } catch {
            return "\(error)"
        }
    }

    private func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

    @Test("without flags: the Pod's cluster, nftables, the host name in lower case, kube-proxy's addresses")
    func defaults() throws {
        var expected = ProxyConfiguration(
            origin: .cluster(kubeconfig: nil, master: nil), mode: .nftables, nodeName: "node-1",
            healthAddress: ListenAddress(address: IPAddress(ipv4: 0), port: 10256),
            metricsAddress: ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 10249))
        expected.preparation = NodePreparation(
            conntrack: ConntrackLimits(
                maxPerCore: 32768, min: 131_072, tcpEstablishedTimeout: .seconds(86_400),
                tcpCloseWaitTimeout: .seconds(3600)), oomScore: -999)
        #expect(try configuration() == expected)
    }

    @Test("each setting takes effect")
    func values() throws {
        let configuration = try configuration(
            "--manifests=/etc/services", "--proxy-mode=iptables", "--hostname-override= N1 ", "--masquerade-all",
            "--cluster-cidr=10.244.0.0/16, fd00:10:244::/48", "--healthz-bind-address=[::]:80",
            "--metrics-bind-address=", "--iptables-masquerade-bit=31", "--iptables-localhost-nodeports=false",
            "--conntrack-tcp-be-liberal", "--userspace-drain-timeout=1m30s")
        #expect(configuration.origin == .manifests(path: "/etc/services"))
        #expect(configuration.mode == .iptables)
        #expect(configuration.nodeName == "n1")
        let networks = [IPNetwork("10.244.0.0/16"), IPNetwork("fd00:10:244::/48")].compactMap(\.self)
        #expect(configuration.dataplane.localTraffic == .networks(networks))
        #expect(configuration.masqueradesAll)
        #expect(configuration.healthAddress?.description == "[::]:80")
        #expect(configuration.metricsAddress == nil)
        #expect(configuration.masqueradeBit == 31)
        #expect(!configuration.localhostNodePorts)
        #expect(configuration.acceptsInvalidPackets)
        #expect(configuration.userspaceDrainTimeout == .seconds(90))
    }

    @Test("two sources are refused")
    func twoSources() {
        let complaint = complaint("--manifests=/etc/services", "--kubeconfig=/etc/kubernetes/kubeconfig")
        #expect(complaint.contains("--manifests and --kubeconfig are two sources"))
        #expect(complaint.contains("omit one of them"))
    }

    @Test("each mode of kube-proxy is supported", arguments: ["nftables", "iptables", "ipvs"])
    func modes(mode: String) throws {
        #expect(try configuration("--proxy-mode=\(mode)").mode.name == mode)
        #expect(complaint("--proxy-mode=ebpf").hasPrefix("--proxy-mode is “ebpf”; use nftables, "))
    }

    @Test("by default node ports are open everywhere with iptables, on the Node's addresses with nftables")
    func nodePorts() throws {
        #expect(try configuration("--proxy-mode=iptables").nodePorts.extent == .networks([]))
        #expect(try configuration("--proxy-mode=nftables").nodePorts.extent == .primary)
        #expect(try configuration("--proxy-mode=iptables", "--nodeport-addresses=primary").nodePorts.extent == .primary)
        let machine = addresses("10.0.0.1", "192.0.2.1", "2001:db8::1")
        let networks = try configuration("--nodeport-addresses=192.0.2.0/24,198.51.100.0/24").nodePorts
        #expect(
            networks.addresses(primary: [], machine: machine).addresses == addresses("192.0.2.1", "2001:db8::1"))
    }

    @Test("node ports may be open on the Node's addresses and others, on loopback addresses, and everywhere")
    func words() throws {
        let machine = addresses("10.0.0.1", "127.0.0.1", "192.0.2.1", "::1", "2001:db8::1")
        func open(_ flags: String...) throws -> [IPAddress] {
            let invocation = try Invocation(flags, program: "x", isKubeProxy: true)
            return try ProxyConfiguration(invocation.configuration, machine: "n1").nodePorts
                .addresses(primary: addresses("10.0.0.1"), machine: machine).addresses
        }
        #expect(
            try open("--nodeport-addresses=primary,localhost") == addresses("10.0.0.1", "127.0.0.1", "::1").sorted())
        #expect(try open("--nodeport-addresses=primary,192.0.2.0/24") == addresses("10.0.0.1", "192.0.2.1"))
        #expect(
            try open("--nodeport-addresses=all") == addresses("10.0.0.1", "192.0.2.1", "2001:db8::1").sorted())
        // In nftables mode the kernel does not carry connections from loopback addresses to pods.
        #expect(
            try open("--proxy-mode=nftables", "--nodeport-addresses=primary,localhost") == addresses("10.0.0.1"))
    }

    @Test("in nftables mode kube-proxy's default interval between writes means none, and others apply")
    func intervals() throws {
        #expect(try configuration().minimumInterval == nil)
        #expect(try configuration("--iptables-min-sync-period=2s").minimumInterval == .seconds(2))
        #expect(try configuration("--proxy-mode=iptables").minimumInterval == .seconds(1))
        #expect(try configuration("--proxy-mode=iptables", "--iptables-min-sync-period=0s").minimumInterval == .zero)
    }

    @Test("pods are recognised by network, bridge or interface name")
    func localTraffic() throws {
        #expect(try configuration().dataplane.localTraffic == .unknown)
        let byBridge = try configuration(
            "--detect-local-mode=BridgeInterface", "--pod-bridge-interface=cni0", "--cluster-cidr=10.244.0.0/16")
        #expect(byBridge.dataplane.localTraffic == .bridge("cni0"))
        let byPrefix = try configuration(
            "--detect-local-mode=InterfaceNamePrefix", "--pod-interface-name-prefix=veth")
        #expect(byPrefix.dataplane.localTraffic == .interfacePrefix("veth"))
        let byNode = try configuration("--detect-local-mode=NodeCIDR")
        #expect(byNode.usesPodNetworksOfNode)
        #expect(byNode.dataplane.localTraffic == .unknown)
    }

    @Test(
        "characters invalid in an interface's name are refused",
        arguments: ["a-name-of-sixteen", "br 0", "veth+", "veth*", "a/b", "a\"", "ü", "a\nb"])
    func names(name: String) {
        let complaint = complaint("--detect-local-mode=BridgeInterface", "--pod-bridge-interface=\(name)")
        #expect(complaint.hasPrefix("--pod-bridge-interface is “\(name)”, which no interface's name has in it; "))
    }

    @Test("a machine without a name must be given one")
    func noName() throws {
        let settings = try Invocation([], program: "x", isKubeProxy: false).configuration
        #expect(throws: ProxyError.self) { try ProxyConfiguration(settings, machine: "") }
    }

    @Test(
        "an invalid value in a file is named with the file and its field",
        arguments: [
            ("mode: ebpf", "mode is “ebpf”; use nftables, "),
            (
                "detectLocalMode: BridgeInterface\ndetectLocal: {bridgeInterface: br/0}",
                "detectLocal.bridgeInterface is “br/0”, "
            ),
            ("mode: ipvs\nipvs: {scheduler: best}", "ipvs.scheduler is “best”, which is no scheduler; use one of "),
            ("mode: ipvs\nipvs: {tcpTimeout: 900ms}", "ipvs.tcpTimeout is 900ms; write 0s or a duration from 1s "),
        ])
    func fileNames(fields: String, message: String) throws {
        let text = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n\(fields)\n"
        let invocation = try Invocation(["--config=/etc/config.conf"], program: "kube-proxy", isKubeProxy: true) { _ in
            text
        }
        let error = #expect(throws: ProxyError.self) {
            try ProxyConfiguration(invocation.configuration, machine: "n1")
        }
        #expect(error?.message.hasPrefix("/etc/config.conf: \(message)") == true, "\(error?.message ?? "")")
    }
}
