import DaemonKit
import Dataplane
import InternetAddresses
import NodeProxy
import Testing

@Suite("The flags of servicelet proxy")
struct ProxyOptionsTests {
    func configuration(_ change: (inout ProxyOptions) -> Void = { _ in }) throws -> ProxyConfiguration {
        var options = ProxyOptions()
        change(&options)
        return try options.configuration(machine: "Node-1")
    }

    /// The message that a mistake leads to.
    func complaint(_ change: (inout ProxyOptions) -> Void) -> String? {
        do {
            _ = try configuration(change)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("without flags: the Pod's cluster, nftables, the host name in lower case, kube-proxy's addresses")
    func defaults() throws {
        let expected = ProxyConfiguration(
            origin: .cluster(kubeconfig: nil, master: nil), mode: .nftables, nodeName: "node-1",
            healthAddress: ListenAddress(address: IPAddress(ipv4: 0), port: 10256),
            metricsAddress: ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 10249))
        #expect(try configuration() == expected)
    }

    @Test("each flag is heard")
    func values() throws {
        let configuration = try configuration {
            $0.manifests = "/etc/services"
            $0.mode = "iptables"
            $0.hostname = " N1 "
            $0.clusterCIDR = "10.244.0.0/16, fd00:10:244::/48"
            $0.masqueradeAll = true
            $0.healthAddress = "[::]:80"
            $0.metricsAddress = ""
        }
        #expect(configuration.origin == .manifests(path: "/etc/services"))
        #expect(configuration.mode == .iptables)
        #expect(configuration.nodeName == "n1")
        let networks = [IPNetwork("10.244.0.0/16"), IPNetwork("fd00:10:244::/48")].compactMap(\.self)
        #expect(configuration.dataplane.localTraffic == .networks(networks))
        #expect(configuration.masqueradesAll)
        #expect(configuration.healthAddress?.description == "[::]:80")
        #expect(configuration.metricsAddress == nil)
    }

    @Test("two sources are one too many")
    func twoSources() {
        let complaint = complaint {
            $0.manifests = "/etc/services"
            $0.kubeconfig = "/etc/kubernetes/kubeconfig"
        }
        #expect(complaint?.contains("--manifests and --kubeconfig are two sources") == true)
        #expect(complaint?.contains("omit one of them") == true)
    }

    @Test(
        "a mode of the past or the future is refused as such, an unknown one as a mistake",
        arguments: ["userspace"])
    func modes(mode: String) {
        let complaint = complaint { $0.mode = mode }
        let expected = "--proxy-mode: \(mode) is not in this version; use nftables, iptables or ipvs"
        #expect(complaint?.hasPrefix(expected) == true)
        #expect(
            self.complaint { $0.mode = "ebpf" }
                == "--proxy-mode: there is no mode “ebpf”; use nftables, iptables or ipvs")
    }

    @Test(
        "a network that is none is named, with the flag and an example",
        arguments: ["10.244.0.0", "10.244.0.0/33", "10.0.0.0/8,"])
    func networks(text: String) {
        let complaint = complaint { $0.clusterCIDR = text }
        #expect(complaint?.hasPrefix("--cluster-cidr: “") == true)
        #expect(complaint?.contains("write the networks of the pods like 10.244.0.0/16") == true)
    }

    @Test(
        "an address that is none is named, with the flag and an example",
        arguments: ["localhost:80", "1.2.3.4:", "::1:x", "1.2.3.4:70000"])
    func addresses(text: String) {
        let health = complaint { $0.healthAddress = text }
        #expect(health?.hasPrefix("--healthz-bind-address: “\(text)” is not an address and port") == true)
        let metrics = complaint { $0.metricsAddress = text }
        #expect(metrics?.hasPrefix("--metrics-bind-address: “\(text)” is not an address and port") == true)
    }

    @Test("empty values are named")
    func empty() {
        #expect(complaint { $0.manifests = "" }?.hasPrefix("--manifests: give the path") == true)
        #expect(throws: ProxyError.self) { try ProxyOptions().configuration(machine: "") }
    }
}

@Suite("How the program was called")
struct InvocationTests {
    @Test("under the name kube-proxy it is the proxy, with kube-proxy's flags for clean-up and version")
    func kubeProxy() {
        let program = "/usr/local/bin/kube-proxy"
        #expect(Invocation.arguments(program: program, ["--v=2"]) == ["proxy", "--v=2"])
        #expect(Invocation.arguments(program: program, ["--cleanup=true"]) == ["cleanup"])
        #expect(Invocation.arguments(program: program, ["--version"]) == ["version"])
    }

    @Test("under another name the arguments stay as they are, save the values of switches")
    func servicelet() {
        let arguments = ["proxy", "--masquerade-all=true", "--master=true"]
        #expect(
            Invocation.arguments(program: "servicelet", arguments) == ["proxy", "--masquerade-all", "--master=true"])
        #expect(Invocation.arguments(program: "servicelet", ["proxy", "--masquerade-all=false"]) == ["proxy"])
        // This one is on unless it is switched off.
        #expect(
            Invocation.arguments(program: "servicelet", ["proxy", "--iptables-localhost-nodeports=false"])
                == ["proxy", "--no-iptables-localhost-nodeports"])
        #expect(
            Invocation.arguments(program: "servicelet", ["proxy", "--masquerade-all=maybe"]).last
                == "--masquerade-all=maybe")
    }
}
