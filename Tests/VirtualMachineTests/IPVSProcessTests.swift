import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The program itself in ipvs mode.
@Suite("IPVS: the proxy", .serialized)
struct IPVSProcessTests {
    @Test("the proxy carries connections, hands over to another mode and back without leftovers, and cleans up")
    func lifecycle() async throws {
        let cluster = try await Cluster()
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "02-nodeport"))
        _ = try await scenario.prepare(cluster)
        let service = SocketAddress("10.103.12.8", 80)
        func run(_ mode: String, _ body: () async throws -> Void) async throws {
            let proxy = try await ProxyProcess(
                Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
            try await body()
            try await proxy.stop()
        }
        func served() async throws {
            for target in [service, SocketAddress(ClusterAddress.node, 30000)] {
                let outcome = try await cluster.outsider.connect(to: target)
                #expect(outcome.server?.ip == "10.244.0.140", "\(target)")
            }
        }
        func left() async throws -> String {
            try await cluster.node.run(
                "sh", "-c",
                "ipvsadm -S -n; ipset list -n; ip -brief link show kube-ipvs0 2>/dev/null; iptables-nft-save")
        }
        try await run("ipvs") {
            try await served()
            let servers = try await cluster.node.run("ipvsadm", "-S", "-n")
            #expect(servers.contains("-a -t 10.103.12.8:80 -r 10.244.0.140:80 -m -w 1"))
            // Only interfaces' addresses, not Services'.
            #expect(!servers.contains("10.103.12.8:30000"))
        }
        try await run("iptables") {
            // Rules are removed first, the interface last.
            try await eventually {
                let rest = try await left()
                return !rest.contains("KUBE-IPVS-FILTER") && !rest.contains("kube-ipvs0")
            }
            try await served()
        }
        try await run("ipvs") {
            try await eventually { try await !left().contains("KUBE-SVC-") }
            try await served()
        }
        try await cluster.node.run(Servicelet.binary(), "cleanup")
        let rest = try await left()
        #expect(!rest.contains("KUBE-") && !rest.contains("kube-ipvs0") && !rest.contains("-A -t"), "\(rest)")
    }

    @Test("connections go on while the proxy switches to each other mode and back")
    func changes() async throws {
        let cluster = try await Cluster()
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "02-nodeport"))
        _ = try await scenario.prepare(cluster)
        let (service, nodePort) = (SocketAddress("10.103.12.8", 80), SocketAddress(ClusterAddress.node, 30000))
        func start(_ mode: String, beside isBeside: Bool = false) async throws -> ProxyProcess {
            try await ProxyProcess(
                Servicelet.proxy(
                    manifests: scenario.objects, mode: mode,
                    arguments: isBeside ? Servicelet.otherPorts.arguments : []),
                on: cluster.node, healthPort: isBeside ? Servicelet.otherPorts.health : ProxyProcess.healthPort)
        }
        func isAlone(_ mode: String) async throws -> Bool {
            let rules = try await cluster.node.run("sh", "-c", "nft list tables; iptables-nft-save; ipvsadm -S -n")
            return rules.contains("10.103.12.8:80 -s") == (mode == "ipvs")
                && rules.contains("KUBE-SVC-") == (mode == "iptables")
                && rules.contains("table ip servicelet\n") == (mode == "nftables")
                && rules.contains("table ip servicelet-userspace") == (mode == "userspace")
        }
        var proxy = try await start("ipvs")
        for other in ["nftables", "iptables", "userspace"] {
            for (old, new) in [("ipvs", other), (other, "ipvs")] {
                var outside: [ConnectionOutcome: Int] = [:]
                let inside = try await cluster.pod.connect(to: service, width: 1) {
                    outside = try await cluster.outsider.connect(to: nodePort, width: 1) {
                        // Sockets end with their process, so the next one makes it exit.
                        if old == "userspace" {
                            let next = try await start(new, beside: true)
                            try await proxy.end()
                            proxy = next
                        } else {
                            try await proxy.stop()
                            proxy = try await start(new)
                        }
                        try await eventually { try await isAlone(new) }
                    }
                }
                for (client, outcomes) in [("inside", inside), ("outside", outside)] {
                    let failed = outcomes.filter { $0.key.server == nil }
                    let all = outcomes.values.reduce(0, +)
                    #expect(
                        failed.isEmpty, "\(old) to \(new), \(client): \(failed) of \(all) connections\n\(proxy.log)")
                }
            }
        }
        try await proxy.stop()
    }

    @Test("the kernel's counters are in the metrics", arguments: ["iptables", "ipvs"])
    func counters(mode: String) async throws {
        let cluster = try await Cluster()
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "02-nodeport"))
        _ = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: scenario.objects, mode: mode, arguments: ["--count-connections"]),
            on: cluster.node)
        func metrics() async throws -> [Substring] {
            try await cluster.node.run("curl", "--silent", "--fail", "http://127.0.0.1:10249/metrics").split(
                separator: "\n")
        }
        func value(_ name: String) async throws -> Double? {
            try await metrics().first { $0.hasPrefix(name) }.flatMap { $0.split(separator: " ").last }.flatMap {
                Double($0)
            }
        }
        let connections = "servicelet_service_connections_total{namespace=\"default\",service=\"nginx-nodeport\""
        try await eventually { try await value(connections) == 0 }
        for _ in 0..<3 {
            let outcome = try await cluster.outsider.connect(to: SocketAddress("10.103.12.8", 80))
            #expect(outcome.server?.ip == "10.244.0.140")
        }
        for _ in 0..<2 {
            let outcome = try await cluster.outsider.connect(to: SocketAddress(ClusterAddress.node, 30000))
            #expect(outcome.server?.ip == "10.244.0.140")
        }
        #expect(try await value(connections) == 5)
        if mode == "iptables" {
            let accepted = "kubeproxy_iptables_localhost_nodeports_accepted_packets_total"
            #expect(try await value(accepted) == 0)
            #expect(try await cluster.host.connect(to: SocketAddress("127.0.0.1", 30000)).server != nil)
            #expect(try await value(accepted) == 1)
            #expect(try await value("kubeproxy_iptables_ct_state_invalid_dropped_packets_total") == 0)
            let counted = try await value("kubeproxy_sync_proxy_rules_iptables_total{ip_family=\"IPv4\",table=\"nat\"}")
            let saved = try await cluster.node.run("iptables-nft-save", "-t", "nat")
            #expect(counted == Double(saved.split(separator: "\n").count { $0.hasPrefix("-A KUBE-") }))
        }
        try await proxy.stop()
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not in time")
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
