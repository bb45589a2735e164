import IPVS
import IPVSDataplane
import InternetAddresses
import NodeProxy
import ServiceRouting
import Testing

@Suite("Flags of the mode ipvs")
struct IPVSOptionsTests {
    private func configuration(
        _ change: (inout ProxyOptions) -> Void = { _ in }
    ) throws(ProxyError) -> ProxyConfiguration {
        var options = ProxyOptions()
        options.manifests = "/etc/services"
        options.mode = "ipvs"
        change(&options)
        return try options.configuration(machine: "n1")
    }

    @Test("defaults are kube-proxy's")
    func defaults() throws {
        let configuration = try configuration()
        #expect(configuration.mode == .ipvs)
        #expect(configuration.ipvsSettings == IPVSSettings())
        #expect(configuration.ipvs.scheduler == .roundRobin)
        #expect(configuration.nodePorts == NodePortPolicy(.networks([])))
    }

    @Test("all flags arrive")
    func flags() throws {
        let ipvs = try configuration { options in
            options.ipvsScheduler = "sh,sh-port"
            options.ipvsExcludeCIDRs = "192.0.2.0/24,2001:db8::/64"
            options.ipvsStrictARP = true
            options.ipvsTCPTimeout = "15m0s"
            options.ipvsTCPFINTimeout = "2m"
            options.ipvsUDPTimeout = "300s"
            options.ipvsSyncPeriod = "1m30s"
            options.ipvsMinSyncPeriod = "500ms"
            options.masqueradeAll = true
            options.masqueradeBit = "15"
        }.ipvs
        #expect(ipvs.scheduler == Scheduler("sh", flags: .port))
        #expect(ipvs.excludedNetworks == ["192.0.2.0/24", "2001:db8::/64"].compactMap { IPNetwork($0) })
        #expect(ipvs.usesStrictARP && ipvs.masqueradesAll && ipvs.masqueradeBit == 15)
        #expect(ipvs.timeouts == ConnectionTimeouts(tcp: 900, tcpFin: 120, udp: 300))
        #expect(ipvs.syncPeriod == .seconds(90))
    }

    @Test("mistakes name the flag and the remedy")
    func mistakes() {
        let cases: [(String, (inout ProxyOptions) -> Void)] = [
            ("--ipvs-scheduler", { $0.ipvsScheduler = "best" }), ("--ipvs-tcp-timeout", { $0.ipvsTCPTimeout = "900" }),
            ("--ipvs-udp-timeout", { $0.ipvsUDPTimeout = "10ms" }), ("--ipvs-sync-period", { $0.ipvsSyncPeriod = "0" }),
            ("--ipvs-tcpfin-timeout", { $0.ipvsTCPFINTimeout = "1d" }),
            ("--ipvs-min-sync-period", { $0.ipvsMinSyncPeriod = "" }),
            ("--ipvs-exclude-cidrs", { $0.ipvsExcludeCIDRs = "192.0.2.1" }),
        ]
        for (flag, change) in cases {
            let error = #expect(throws: ProxyError.self) { try configuration(change) }
            #expect(error.map { "\($0)".contains(flag) } == true, "\(flag)")
        }
    }
}
