import Foundation
import KubernetesTestKit
import Testing

@testable import KubeProxyConfig

@Suite("Printing the configuration")
struct WritingTests {
    @Test("--write-config-to writes kube-proxy's defaults, byte for byte")
    func defaults() throws {
        let invocation = try invoke("--write-config-to=/tmp/x")
        #expect(invocation.task == .writeConfiguration(path: "/tmp/x"))
        let yaml = String(decoding: try invocation.configuration.yaml(), as: UTF8.self)
        #expect(yaml == (try Fixtures.kubeProxy("default-config.yaml")))
    }

    @Test("written configurations are read back", arguments: [false, true])
    func roundTrip(isJSON: Bool) throws {
        let arguments = [
            "--proxy-mode=nftables", "--cluster-cidr=10.0.0.0/8,fd00::/8", "--nodeport-addresses=192.0.2.0/24",
            "--nodeport-addresses=198.51.100.0/24", "--conntrack-udp-timeout=1m30s", "--masquerade-all", "-v4",
            "--feature-gates=B=true,A=false", "--vmodule=gc*=2", "--healthz-bind-address=[::1]:80",
            "--write-config-to=x", "--kube-api-qps=2.5", "--log-text-info-buffer-size=4Ki",
        ]
        let written = try Invocation(arguments, program: "x", isKubeProxy: true).configuration
        let text = String(decoding: try written.yaml(), as: UTF8.self)
        let json = "\t{\n\t" + String(written.configz.dropFirst(#"{"kubeproxy.config.k8s.io":{"#.count).dropLast())
        let read = try invoke("--config=x", file: isJSON ? json : text).configuration
        #expect(read.configz == written.configz)
        #expect(read.nodePortAddresses == ["192.0.2.0/24", "198.51.100.0/24"])
        #expect(read.featureGates == ["A": false, "B": true])
        #expect(read.clientConnection.qps == 2.5)
    }

    @Test("/configz is kube-proxy's, in its order", arguments: ["iptables", "nftables"])
    func configz(mode: String) throws {
        let file = document(
            """
            mode: \(mode)
            clusterCIDR: 10.244.0.0/16
            clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}
            logging: {verbosity: 2}
            hostnameOverride: n1
            healthzBindAddress: 127.0.0.1:10256
            nodePortAddresses: [primary]
            conntrack: {maxPerCore: 0}
            """)
        let recorded = try Fixtures.kubeProxy("configz-\(mode).json")
        let configuration = try invoke("--config=x", file: file).configuration
        // The recording in iptables mode opens node ports everywhere.
        let shown = configuration.configz
        #expect(
            shown.replacing(#""nodePortAddresses":["primary"]"#, with: #""nodePortAddresses":null"#)
                == recorded.replacing(#""nodePortAddresses":["primary"]"#, with: #""nodePortAddresses":null"#))
    }

    @Test("/flagz is kube-proxy's, with three more flags")
    func flagz() throws {
        let recorded = try Fixtures.kubeProxy("flagz.txt").split(separator: "\n").filter { $0.contains("=") }
        let flags = try invoke("--config=/var/lib/kube-proxy/config.conf", "-v=2", file: document("")).flags
        let own: Set = ["manifests", "userspace-reach", "userspace-drain-timeout", "count-connections"]
        let shown = Setting.flagz(flags).filter { !own.contains($0.name) }.map { "\($0.name)=\($0.value)" }
        #expect(shown == recorded.map(String.init))
    }
}
