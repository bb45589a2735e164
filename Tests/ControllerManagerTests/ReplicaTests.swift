import ControllerManager
import KubernetesObjects
import Testing

/// Deployments and ReplicaSets on an API server.
@Suite struct ReplicaTests {
    @Test func aDeploymentRunsScalesChangesAndGoes() async throws {
        try await TestServer.with([Self.controllers]) { server in
            try await server.send("POST", Self.deployments, Self.deployment(replicas: 3))
            try await Self.makeReady(server, count: 3)
            try await Self.expect(server, ready: 3)

            try await server.send("PATCH", "\(Self.deployments)/web", ["spec": ["replicas": 1]], type: Self.merge)
            try await Self.expect(server, ready: 1)

            let image: JSONValue = [
                "spec": ["template": ["spec": ["containers": [["name": "c", "image": "example.com/c:2"]]]]]
            ]
            try await server.send("PATCH", "\(Self.deployments)/web", image, type: Self.merge)
            _ = try await server.wait(for: "a Pod of each template") {
                try await server.list(Self.pods).count == 2 ? true : nil
            }
            try await Self.makeReady(server, count: 2)
            _ = try await server.wait(for: "the end of the former Pod") {
                let pods = try await server.list(Self.pods)
                let images = pods.flatMap { $0["spec"]["containers"].items.map { $0["image"].text } }
                return images == ["example.com/c:2"] ? true : nil
            }
            try await Self.expect(server, ready: 1)
            let sets = try await server.list("/apis/apps/v1/namespaces/default/replicasets")
            #expect(Set(sets.map { $0.annotations["deployment.kubernetes.io/revision"] }) == ["1", "2"])

            try await server.send("DELETE", "\(Self.deployments)/web")
            _ = try await server.wait(for: "the end of all Pods") {
                try await server.list(Self.pods).isEmpty ? true : nil
            }
        }
    }

    @Test func aPodWhoseLabelsChangeIsReleasedAndReplaced() async throws {
        try await TestServer.with([Self.controllers]) { server in
            try await server.send("POST", Self.deployments, Self.deployment(replicas: 1))
            try await Self.makeReady(server, count: 1)
            let pod = try await server.list(Self.pods)[0].name
            try await server.send(
                "PATCH", "\(Self.pods)/\(pod)", ["metadata": ["labels": ["app": "other"]]], type: Self.merge)
            _ = try await server.wait(for: "a second Pod") {
                let pods = try await server.list(Self.pods)
                let released = pods.first { $0.name == pod }
                return pods.count == 2 && released?.ownerReferences.isEmpty ?? false ? true : nil
            }
        }
    }

    private static let deployments = "/apis/apps/v1/namespaces/default/deployments"
    private static let pods = "/api/v1/namespaces/default/pods"
    private static let merge = "application/merge-patch+json"

    private static let controllers: @Sendable (TestServer) async throws -> Void = { server in
        let documents = server.documents()
        var options = ControllerManager.Options()
        options.keepsReplicas = true
        try await ControllerManager(
            source: documents, writer: documents, options: options, logger: TestServer.logger
        ).run()
    }

    private static func deployment(replicas: Int64) -> JSONValue {
        [
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "web"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": ["containers": [["name": "c", "image": "example.com/c"]]],
                ],
            ],
        ]
    }

    /// Waits for this many Pods, and marks each ready.
    private static func makeReady(_ server: TestServer, count: Int) async throws {
        let pods = try await server.wait(for: "\(count) Pods") {
            let pods = try await server.list(Self.pods)
            return pods.count == count ? pods : nil
        }
        for pod in pods ?? [] where pod.status["phase"].text != "Running" {
            let status: JSONValue = [
                "status": [
                    "phase": "Running",
                    "conditions": [
                        ["type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]
                    ],
                ]
            ]
            try await server.send("PATCH", "\(Self.pods)/\(pod.name)/status", status, type: merge)
        }
    }

    private static func expect(_ server: TestServer, ready: Int64) async throws {
        _ = try await server.wait(for: "\(ready) replicas that are ready") {
            let status = try await server.send("GET", "\(deployments)/web").status
            let counts = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"].map {
                status[$0].number
            }
            return counts.allSatisfy { $0 == ready } ? true : nil
        }
    }
}
