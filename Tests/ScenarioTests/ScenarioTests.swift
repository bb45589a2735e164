import Foundation
import KubernetesTestKit
import LabKit
import Testing

@Suite("Scenarios", .serialized)
struct ScenarioTests {
    static let all = [
        "01-clusterip", "02-nodeport", "03-nodeport-three", "04-named-port", "05-no-endpoints", "06-external-endpoint",
        "07-loadbalancer", "08-source-ranges", "09-session-affinity", "10-external-local", "11-internal-local",
        "12-external-ips", "13-udp-and-tcp", "14-dual-stack", "15-terminating", "16-topology", "17-not-proxied",
        "18-many-slices", "19-proxy-mode-lb", "20-sctp",
    ]

    @Test("connections behave as with kube-proxy", arguments: all, ["nftables", "iptables"])
    func scenario(name: String, mode: String) async throws {
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
        let expected = try scenario.recording(mode)
        let observed = try await Scenario.observe(questions, expecting: expected)
        for key in Set(expected.keys).union(observed.keys).sorted() where expected[key] != observed[key] {
            let (wanted, got) = (expected[key]?.description ?? "nothing", observed[key]?.description ?? "nothing")
            Issue.record("\(name) in \(mode) mode: \(key)\n  expected: \(wanted)\n  observed: \(got)")
        }
        if mode == "nftables" {
            // nft 1.0.6 aborts on rules that it cannot express, in either form of its output.
            #expect(try await cluster.node.run("nft", "list", "ruleset").contains("table ip servicelet {"))
            let json = try await cluster.node.run("nft", "-j", "list", "ruleset")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(json.utf8)) }
        }
        try await proxy.stop()
    }

    @Test("no recorded scenario is forgotten")
    func completeness() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        #expect(folders.filter { $0.contains("-") }.sorted() == Self.all)
    }
}
