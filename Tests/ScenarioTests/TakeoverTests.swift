import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The program starts where kube-proxy has programmed in iptables mode, and kube-proxy is gone.
@Suite("Rules that kube-proxy left", .serialized)
struct TakeoverTests {
    private struct Recording: Sendable {
        var name: String
        var isFromOutside = false
        var frontend: SocketAddress
    }

    private static let recordings = [
        Recording(name: "01-clusterip", frontend: SocketAddress("10.96.148.206", 80)),
        Recording(name: "03-nodeport-three", frontend: SocketAddress("10.108.6.217", 80)),
        Recording(name: "03-nodeport-three", isFromOutside: true, frontend: SocketAddress("172.30.0.2", 32239)),
    ]

    @Test("are replaced without a failed connection", arguments: ["nftables", "iptables"], 0..<recordings.count)
    func takeover(mode: String, index: Int) async throws {
        let recording = Self.recordings[index]
        let cluster = try await Cluster()
        let folder = Fixtures.scenarios.appending(path: recording.name)
        let scenario = Scenario(folder: folder)
        _ = try await scenario.prepare(cluster)
        try await load("iptables", folder, on: cluster.node)
        try await load("ip6tables", folder, on: cluster.node)
        let client = recording.isFromOutside ? cluster.outsider : cluster.pod
        #expect(try await client.connect(to: recording.frontend).server != nil)
        var proxy: ProxyProcess?
        let outcomes = try await client.connect(to: recording.frontend) {
            proxy = try await ProxyProcess(
                Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
            try await eventually(proxy) {
                let rules = try await cluster.node.run("sh", "-c", "iptables-nft-save; ip6tables-nft-save")
                return rules.contains("KUBE-") == (mode == "iptables")
            }
        }
        expectServed(outcomes)
        try await proxy?.stop()
    }

    /// Loads rules as recorded. Without the kernel's counters, which not every kernel has.
    private func load(_ program: String, _ folder: URL, on node: NetworkNamespace) async throws {
        let recorded = try String(contentsOf: folder.appending(path: "\(program)-save.txt"), encoding: .utf8)
        let rules = recorded.replacing(#/-m nfacct --nfacct-name +\S+ /#, with: "")
        let files = try TemporaryFolder()
        try files.write(rules, to: "rules.txt")
        try await node.run("\(program)-nft-restore", files.url.appending(path: "rules.txt").path)
    }

    private func eventually(_ proxy: ProxyProcess?, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not within 20 s\n\(proxy?.log ?? "")")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
