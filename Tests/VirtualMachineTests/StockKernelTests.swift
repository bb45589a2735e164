import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The other modes on a distribution's own kernel.
@Suite("Stock kernel", .serialized)
struct StockKernelTests {
    @Test(
        "connections behave as with kube-proxy", arguments: ["10-external-local", "14-dual-stack"],
        ["nftables", "iptables"])
    func scenario(name: String, mode: String) async throws {
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
        let expected = try scenario.recording(mode)
        let observed = try await Scenario.observe(questions, expecting: expected)
        for key in Set(expected.keys).union(observed.keys).sorted() where expected[key] != observed[key] {
            let (wanted, got) = (expected[key]?.description ?? "nothing", observed[key]?.description ?? "nothing")
            Issue.record("\(name) in \(mode) mode: \(key)\n  expected: \(wanted)\n  observed: \(got)")
        }
        try await proxy.stop()
    }
}
