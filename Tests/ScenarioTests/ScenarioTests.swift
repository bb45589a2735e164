import Foundation
import KubernetesTestKit
import LabKit
import Testing

@Suite("Scenarios", .serialized)
struct ScenarioTests {
    /// What servicelet does not do yet. This list is to become empty.
    static let notYet: Set<String> = [
        "08-source-ranges", "09-session-affinity", "10-external-local", "11-internal-local", "15-terminating",
        "16-topology", "19-proxy-mode-lb", "20-sctp",
    ]

    static let all = [
        "01-clusterip", "02-nodeport", "03-nodeport-three", "04-named-port", "05-no-endpoints", "06-external-endpoint",
        "07-loadbalancer", "08-source-ranges", "09-session-affinity", "10-external-local", "11-internal-local",
        "12-external-ips", "13-udp-and-tcp", "14-dual-stack", "15-terminating", "16-topology", "17-not-proxied",
        "18-many-slices", "19-proxy-mode-lb", "20-sctp",
    ]

    @Test("connections experience what they do with kube-proxy", arguments: all.filter { !notYet.contains($0) })
    func scenario(name: String) async throws {
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects), on: cluster.node)
        let observed = try await Scenario.observe(questions)
        let expected = try scenario.recording("nftables")
        for key in Set(expected.keys).union(observed.keys).sorted() where expected[key] != observed[key] {
            let (wanted, got) = (expected[key]?.description ?? "nothing", observed[key]?.description ?? "nothing")
            Issue.record("\(name): \(key)\n  expected: \(wanted)\n  observed: \(got)")
        }
        try await proxy.stop()
    }

    @Test("no recorded scenario is forgotten")
    func completeness() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        #expect(folders.filter { $0.contains("-") }.sorted() == Self.all)
    }
}
