import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// A machine without IPv6, with dual-stack Services. For a kernel without nf_tables for IPv6 see
/// NFTablesDataplaneTests.
@Suite("Without IPv6", .serialized)
struct MissingFamilyTests {
    private let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "14-dual-stack"))

    /// Expects what was recorded for IPv4.
    private func expectService(_ questions: [Question], mode: String) async throws {
        let asked = questions.filter { !$0.frontend.address.isIPv6 }
        let expected = try scenario.recording(mode)
        let observed = try await Scenario.observe(asked, expecting: expected)
        #expect(!observed.isEmpty)
        for (name, observation) in observed { #expect(observation == expected[name], "\(name)") }
    }

    @Test("if IPv6 is disabled, IPv4 is served", arguments: ["nftables", "iptables"])
    func disabled(mode: String) async throws {
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        for scope in ["all", "default", "lo"] {
            try await cluster.node.set("net/ipv6/conf/\(scope)/disable_ipv6", to: "1")
        }
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
        try await expectService(questions, mode: mode)
        try await proxy.stop()
    }

    @Test("if ip6tables is not installed, IPv4 is served, and the log says so once")
    func programs() async throws {
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        // The folder contains only iptables.
        let folder = try TemporaryFolder()
        for name in ["iptables-nft", "iptables-nft-save", "iptables-nft-restore"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.url.appending(path: name).path, withDestinationPath: "/usr/sbin/\(name)")
        }
        let manifests = try TemporaryFolder()
        let objects = try String(contentsOf: scenario.objects, encoding: .utf8)
        try manifests.write(objects, to: "objects.json")
        let command = try Servicelet.proxy(manifests: manifests.url, mode: "iptables")
        let proxy = try await ProxyProcess(["env", "PATH=\(folder.url.path)"] + command, on: cluster.node)
        try await expectService(questions, mode: "iptables")

        // Another programming does not repeat it.
        let another = ServiceManifest(name: "another", clusterIP: "10.96.0.250", endpoints: ["10.244.1.9"])
        try await cluster.serve(SocketAddress("10.244.1.9", 80))
        try manifests.write(another.yaml, to: "another.yaml")
        let deadline = ContinuousClock.now + .patience
        while try await cluster.pod.connect(to: another.frontend(), timeout: .milliseconds(200)).server == nil {
            try #require(ContinuousClock.now < deadline, "\(proxy.log)")
        }
        let said = proxy.log.split(separator: "\n").filter { $0.contains("ip6tables") }
        #expect(said.count == 1, "\(said)")
        #expect(said.first?.contains("no Service is served over IPv6") == true)
        try await proxy.stop()
    }
}
