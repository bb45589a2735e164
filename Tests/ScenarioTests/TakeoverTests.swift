import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The program starts on a node with rules of kube-proxy's iptables mode, after kube-proxy has gone.
@Suite("kube-proxy's leftover rules", .serialized)
struct TakeoverTests {
    /// Scenarios without an answer over TCP or UDP: there kube-proxy's rules must only be removed.
    private static let unserved: Set<String> = ["05-no-endpoints", "17-not-proxied", "20-sctp"]

    @Test(
        "are replaced without a failed connection", arguments: ScenarioTests.all, ["nftables", "iptables", "userspace"])
    func takeover(name: String, mode: String) async throws {
        let cluster = try await Cluster()
        let folder = Fixtures.scenarios.appending(path: name)
        let scenario = Scenario(folder: folder)
        let questions = try await scenario.prepare(cluster)
        try await load("iptables", folder, on: cluster.node)
        try await load("ip6tables", folder, on: cluster.node)
        let asked = try served(questions, of: scenario, mode)
        for question in asked {
            let outcome = try await question.client.connect(
                to: question.frontend.address, over: question.frontend.transport)
            #expect(outcome.server != nil, "before: \(question.name)")
        }
        var proxy: ProxyProcess?
        let outcomes = try await Question.connect(asked) {
            proxy = try await ProxyProcess(
                Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
            try await eventually(proxy) {
                let rules = try await cluster.node.run("sh", "-c", "iptables-nft-save; ip6tables-nft-save")
                return rules.contains("KUBE-") == (mode == "iptables")
            }
        }
        for (question, outcomes) in outcomes {
            let failed = outcomes.filter { $0.key.server == nil }
            #expect(failed.isEmpty, "\(question): of \(outcomes.values.reduce(0, +)) connections")
        }
        try await proxy?.stop()
    }

    /// The questions answered before and after, one of each kind: by Service, frontend and client. Few enough that each
    /// makes many connections.
    private func served(_ questions: [Question], of scenario: Scenario, _ mode: String) throws -> [Question] {
        let before = try scenario.recording("iptables")
        // A userspace proxy serves what the rules of iptables mode serve.
        let after = try scenario.recording(mode == "nftables" ? "nftables" : "iptables")
        var kinds: Set<String> = []
        let served = questions.filter { question in
            guard question.client.name != "endpoint-itself", question.client.name != "outside-other" else {
                return false
            }
            let isServed = [before, after].allSatisfy {
                guard let observation = $0[question.name] else { return false }
                return observation.failed == nil
            }
            let isInside = question.client.name == "outside" ? "outside" : "inside"
            return isServed
                && kinds.insert("\(question.frontend.kind) \(question.frontend.transport) \(isInside)").inserted
        }
        #expect(!served.isEmpty || Self.unserved.contains(scenario.folder.lastPathComponent))
        return Array(served.prefix(6))
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
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not in time\n\(proxy?.log ?? "")")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
