import Foundation
import LabKit
import Testing

@Suite("Observation")
struct ObservationTests {
    @Test("a Service of plain rules is observed in the format of the recordings")
    func plainRules() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.objects.utf8).write(to: folder.appending(path: "served.json"))
        try Data(Self.expected.utf8).write(to: folder.appending(path: "behaviour-nftables.json"))
        let scenario = Scenario(folder: folder)

        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        try await cluster.node.run("nft", "-f", "-", input: Ruleset.service)
        let expected = try scenario.recording("nftables")
        let observed = try await Scenario.observe(questions, expecting: expected)

        for (name, observation) in expected { #expect(observed[name] == observation, "\(name)") }
        // Pod, node, remote pod, outside and endpoint each query each clusterIP; another queries the node port.
        #expect(observed.count == 4 + 5 + 6)
    }

    @Test("an unreadable file is an error that names it")
    func unreadable() {
        let error = #expect(throws: LabError.self) {
            try Scenario(folder: URL(filePath: "/nonexistent")).recording("nftables")
        }
        #expect(error?.description.contains("/nonexistent/behaviour-nftables.json") == true)
    }

    private static let objects = """
        {"kind": "List", "items": [
          {"kind": "Service", "metadata": {"name": "web", "namespace": "default"},
           "spec": {"type": "NodePort", "clusterIP": "10.96.0.5", "ports": [{"port": 80, "nodePort": 30080}]}},
          {"kind": "Service", "metadata": {"name": "none", "namespace": "default"},
           "spec": {"clusterIP": "10.96.0.6", "ports": [{"port": 80, "protocol": "TCP"}]}},
          {"kind": "Service", "metadata": {"name": "headless", "namespace": "default"},
           "spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
          {"kind": "Node", "metadata": {"name": "n1"}},
          {"kind": "EndpointSlice",
           "metadata": {"name": "web-x", "namespace": "default", "labels": {"kubernetes.io/service-name": "web"}},
           "ports": [{"port": 8080}],
           "endpoints": [{"addresses": ["10.244.0.7"]}, {"addresses": ["10.244.1.7"]}]}
        ]}
        """

    private static let expected = """
        {
          "default/web TCP pod -> clusterIP 10.96.0.5 80":
            {"servers": {"10.244.0.7 8080": ["kept"], "10.244.1.7 8080": ["kept"]}},
          "default/web TCP outside -> clusterIP 10.96.0.5 80":
            {"servers": {"10.244.0.7 8080": ["kept"], "10.244.1.7 8080": ["kept"]}},
          "default/web TCP pod -> nodePort 172.30.0.2 30080":
            {"servers": {"10.244.0.7 8080": ["rewritten"], "10.244.1.7 8080": ["rewritten"]}},
          "default/web TCP outside-other -> nodePort 172.30.0.2 30080":
            {"servers": {"10.244.0.7 8080": ["rewritten"], "10.244.1.7 8080": ["rewritten"]}},
          "default/web TCP node -> nodePort 172.30.0.2 30080": {"failed": ["refused"]},
          "default/none TCP pod -> clusterIP 10.96.0.6 80": {"failed": ["refused"]}
        }
        """
}
