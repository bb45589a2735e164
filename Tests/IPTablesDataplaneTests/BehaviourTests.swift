import Foundation
import KubernetesTestKit
import LabKit
import Testing

@testable import IPTablesDataplane

/// Needs root: real packets in a cluster of network namespaces.
@Suite("What connections experience", .serialized, .timeLimit(.minutes(10)))
struct BehaviourTests {
    @Test("is what they do with kube-proxy", arguments: RecordedScenario.names)
    func behaviour(name: String) async throws {
        let recording = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        let questions = try await recording.prepare(cluster)
        let dataplane = IPTablesDataplane(configuration: .recorded, executor: NamespaceExecutor(cluster.node))
        _ = try await dataplane.synchronize(
            try RecordedScenario(name).routes, nodeAddresses: Lab.nodeAddresses)
        let observed = try await Scenario.observe(questions)
        let expected = try recording.recording("iptables")
        for key in Set(expected.keys).union(observed.keys).sorted() where expected[key] != observed[key] {
            let (wanted, got) = (expected[key]?.description ?? "nothing", observed[key]?.description ?? "nothing")
            Issue.record("\(key)\n  expected: \(wanted)\n  observed: \(got)")
        }
    }
}
