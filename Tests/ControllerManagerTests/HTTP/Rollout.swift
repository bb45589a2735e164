import DocumentAccess
import KubernetesObjects
import NIOHTTP1
import Testing

@testable import KubernetesClient

/// A Service whose Pods are replaced, round by round.
struct Rollout: Sendable {
    private static let count = 20

    let documents: HTTPDocuments

    /// Creates the Service, a Node, and the first Pods.
    func begin() async throws {
        _ = try await documents.create(
            Document(["kind": "Node", "apiVersion": "v1", "metadata": ["name": "n1"]]), .nodes)
        _ = try await documents.create(
            Document([
                "kind": "Service", "apiVersion": "v1", "metadata": ["name": "web", "namespace": "default"],
                "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
            ]), .services)
        for number in 0..<Self.count { try await createPod(round: 0, number) }
    }

    /// Replaces the previous round's Pods by those of a new round, one by one.
    func replacePods(_ round: Int) async throws {
        for number in 0..<Self.count {
            try await createPod(round: round, number)
            try await documents.delete(
                .pods, namespace: "default", name: "web-\(round - 1)-\(number)", DeletionPreconditions(gracePeriod: 0))
        }
    }

    private func createPod(round: Int, _ number: Int) async throws {
        var pod = try await documents.create(
            Document([
                "kind": "Pod", "apiVersion": "v1",
                "metadata": [
                    "name": .string("web-\(round)-\(number)"), "namespace": "default", "labels": ["app": "web"],
                ],
                "spec": ["nodeName": "n1", "containers": [["name": "c", "image": "example.com/c"]]],
            ]), .pods)
        let address = JSONValue.string("10.0.\(round).\(number)")
        pod["status"] = [
            "phase": "Running", "podIP": address, "podIPs": [["ip": address]],
            "conditions": [["type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]],
        ]
        _ = try await documents.update(pod, .pods, subresource: "status")
    }

    /// Waits until slices and Endpoints hold the address of each Pod once, and nothing else.
    func expectEachEndpointOnce() async throws {
        let expected = try await list(.pods).map { $0.status["podIP"].text }.sorted()
        #expect(expected.count == Self.count)
        _ = try await TestServer.wait(for: "each endpoint in one slice") {
            let slices = try await list(.endpointSlices)
            let addresses = slices.flatMap { $0["endpoints"].items.flatMap { $0["addresses"].texts } }
            return addresses.sorted() == expected ? true : nil
        }
        _ = try await TestServer.wait(for: "each endpoint in the Endpoints") {
            let subsets = try await list(.endpoints).flatMap { $0["subsets"].items }
            let addresses = subsets.flatMap { $0["addresses"].items.map { $0["ip"].text } }
            return addresses.sorted() == expected ? true : nil
        }
    }

    private func list(_ resource: ResourceName) async throws -> [Document] {
        try await documents.exchange(.GET, resource.path(namespace: "default"))["items"].items
            .compactMap { $0.object.map(Document.init) }
    }
}
