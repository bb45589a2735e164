import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The program itself in the mode ipvs.
@Suite("IPVS: the proxy", .serialized)
struct IPVSProcessTests {
    @Test("the proxy carries connections, hands over to another mode and back without leaving anything, and cleans up")
    func lifecycle() async throws {
        let cluster = try await Cluster()
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "02-nodeport"))
        _ = try await scenario.prepare(cluster)
        let service = SocketAddress("10.103.12.8", 80)
        func run(_ mode: String, _ body: () async throws -> Void) async throws {
            let proxy = try await ProxyProcess(
                Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node, timeout: .seconds(120))
            try await body()
            try await proxy.stop(within: .seconds(60))
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
            // Of the interfaces' addresses, not of Services' own.
            #expect(!servers.contains("10.103.12.8:30000"))
        }
        try await run("iptables") {
            // Rules go first, the interface last.
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
        try await cluster.node.run(Servicelet.binary(), "cleanup", timeout: .seconds(120))
        let rest = try await left()
        #expect(!rest.contains("KUBE-") && !rest.contains("kube-ipvs0") && !rest.contains("-A -t"), "\(rest)")
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<200 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        Issue.record("not within 40 s")
    }
}
