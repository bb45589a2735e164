import IPVS
import IPVSDataplane
import InternetAddresses
import KubeProxyConfig
import NodeProxy
import ServiceRouting
import Testing

@Suite("Settings of ipvs mode")
struct IPVSSettingsTests {
    private func configuration(_ flags: String...) throws -> ProxyConfiguration {
        let all = ["--manifests=/etc/services", "--proxy-mode=ipvs"] + flags
        let invocation = try Invocation(all, program: "servicelet proxy", isKubeProxy: false)
        return try ProxyConfiguration(invocation.configuration, machine: "n1")
    }

    @Test("defaults are kube-proxy's")
    func defaults() throws {
        let configuration = try configuration()
        #expect(configuration.mode == .ipvs)
        #expect(configuration.ipvsSettings == IPVSSettings())
        #expect(configuration.ipvs.scheduler == .roundRobin)
        #expect(configuration.nodePorts == NodePortPolicy(.networks([])))
    }

    @Test("all flags take effect")
    func flags() throws {
        let ipvs = try configuration(
            "--ipvs-scheduler=sh,sh-port", "--ipvs-exclude-cidrs=192.0.2.0/24,2001:db8::/64", "--ipvs-strict-arp",
            "--ipvs-tcp-timeout=15m0s", "--ipvs-tcpfin-timeout=2m", "--ipvs-udp-timeout=300s",
            "--ipvs-sync-period=1m30s", "--ipvs-min-sync-period=500ms", "--masquerade-all",
            "--iptables-masquerade-bit=15"
        ).ipvs
        #expect(ipvs.scheduler == Scheduler("sh", flags: .port))
        #expect(ipvs.excludedNetworks == ["192.0.2.0/24", "2001:db8::/64"].compactMap { IPNetwork($0) })
        #expect(ipvs.usesStrictARP && ipvs.masqueradesAll && ipvs.masqueradeBit == 15)
        #expect(ipvs.timeouts == ConnectionTimeouts(tcp: 900, tcpFin: 120, udp: 300))
        #expect(ipvs.syncPeriod == .seconds(90))
    }

    @Test(
        "mistakes name the setting and the remedy",
        arguments: [
            ("--ipvs-scheduler=best", "--ipvs-scheduler is “best”"), ("--ipvs-tcp-timeout=900", "--ipvs-tcp-timeout"),
            ("--ipvs-udp-timeout=10ms", "--ipvs-udp-timeout is 10ms"), ("--ipvs-sync-period=0", "--ipvs-sync-period"),
            ("--ipvs-tcpfin-timeout=1d", "--ipvs-tcpfin-timeout"),
            ("--ipvs-min-sync-period=", "--ipvs-min-sync-period"),
            ("--ipvs-exclude-cidrs=192.0.2.1", "--ipvs-exclude-cidrs"),
        ])
    func mistakes(flag: String, name: String) {
        do {
            Issue.record("no complaint, but \(try configuration(flag))")
        } catch {
            #expect("\(error)".hasPrefix(name), "\(error)")
        }
    }
}
