import KubernetesObjects
import ObjectStore
import Testing

@testable import APIServer

/// The consequences of a deletion, with the garbage collector and the Namespace keeper running.
@Suite struct OwnershipTests {
    private let maps = TestServer.configMaps

    /// Runs `body` with the collector and the keeper.
    private func withCollector(_ body: (TestServer) async throws -> Void) async throws {
        let server = try await TestServer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.server.registry.store.run() }
            group.addTask {
                try await GarbageCollector(registry: server.server.registry, logger: server.server.logger).run()
            }
            group.addTask {
                try await NamespaceKeeper(registry: server.server.registry, logger: server.server.logger).run()
            }
            try await body(server)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    /// Waits until an object is gone; the suite's time limit ends it otherwise.
    private func waitUntilGone(_ server: TestServer, _ target: String) async throws {
        while try await server.send("GET", target).status != 404 {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func child(_ name: String, of owner: Document, blocks: Bool = false, _ more: JSONObject = [:]) -> JSONValue
    {
        var metadata = more
        metadata["ownerReferences"] = [
            [
                "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner.name), "uid": .string(owner.uid),
                "blockOwnerDeletion": .bool(blocks),
            ]
        ]
        return TestServer.configMap(name, metadata)
    }

    @Test(.timeLimit(.minutes(10))) func whatBelongedToADeletedObjectFollowsIt() async throws {
        try await withCollector { server in
            let owner = try await server.send("POST", maps, TestServer.configMap("owner")).document
            let middle = try await server.send("POST", maps, child("middle", of: owner)).document
            try await server.send("POST", maps, child("leaf", of: middle))
            try await server.send("DELETE", "\(maps)/owner")
            try await waitUntilGone(server, "\(maps)/leaf")
            #expect(try await server.send("GET", "\(maps)/middle").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(10))) func anOrphanLosesItsReference() async throws {
        try await withCollector { server in
            let owner = try await server.send("POST", maps, TestServer.configMap("owner")).document
            try await server.send("POST", maps, child("child", of: owner))
            try await server.send("DELETE", "\(maps)/owner?propagationPolicy=Orphan")
            try await waitUntilGone(server, "\(maps)/owner")
            let orphan = try await server.send("GET", "\(maps)/child").document
            #expect(orphan.ownerReferences.isEmpty)
            #expect(orphan.deletionTimestamp == nil)
        }
    }

    @Test(.timeLimit(.minutes(10))) func anOwnerWaitsForThoseThatBlockIt() async throws {
        try await withCollector { server in
            let owner = try await server.send("POST", maps, TestServer.configMap("owner")).document
            let held = child("held", of: owner, blocks: true, ["finalizers": ["example.com/hold"]])
            try await server.send("POST", maps, held)
            try await server.send("DELETE", "\(maps)/owner?propagationPolicy=Foreground")
            while try await server.send("GET", "\(maps)/held").document.deletionTimestamp == nil {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await server.send("GET", "\(maps)/owner").document.finalizers == ["foregroundDeletion"])
            try await server.send(
                "PATCH", "\(maps)/held", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
            try await waitUntilGone(server, "\(maps)/owner")
        }
    }

    @Test(.timeLimit(.minutes(10))) func anObjectWithAnOwnerLeftStays() async throws {
        try await withCollector { server in
            let one = try await server.send("POST", maps, TestServer.configMap("one")).document
            let two = try await server.send("POST", maps, TestServer.configMap("two")).document
            var body = child("child", of: one)
            let second = child("child", of: two)[path: "metadata", "ownerReferences"]?.array ?? []
            let first = body[path: "metadata", "ownerReferences"]?.array ?? []
            body.set(.array(first + second), at: ["metadata", "ownerReferences"])
            try await server.send("POST", maps, body)
            try await server.send("DELETE", "\(maps)/one")
            while try await server.send("GET", "\(maps)/child").document.ownerReferences.count == 2 {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await server.send("GET", "\(maps)/child").document.ownerReferences.map(\.uid) == [two.uid])
        }
    }

    @Test(.timeLimit(.minutes(10))) func aNamespaceGoesWithAllInIt() async throws {
        try await withCollector { server in
            let namespace: JSONValue = ["kind": "Namespace", "apiVersion": "v1", "metadata": ["name": "shop"]]
            try await server.send("POST", "/api/v1/namespaces", namespace)
            let shop = "/api/v1/namespaces/shop"
            try await server.send("POST", "\(shop)/services", TestServer.service("web", ["clusterIP": "10.96.0.20"]))
            try await server.send(
                "POST", "\(shop)/configmaps", TestServer.configMap("held", ["finalizers": ["example.com/hold"]]))
            let going = try await server.send("DELETE", shop).document
            #expect(going.status["phase"] == "Terminating")
            let late = try await server.send("POST", "\(shop)/configmaps", TestServer.configMap("late"))
            #expect(late.status == 403)
            #expect(late.message.hasSuffix("because it is being terminated"))
            try await waitUntilGone(server, "\(shop)/services/web")
            #expect(try await server.send("GET", shop).status == 200)
            try await server.send(
                "PATCH", "\(shop)/configmaps/held", ["metadata": ["finalizers": .null]],
                type: "application/merge-patch+json")
            try await waitUntilGone(server, shop)
            #expect(try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.20").status == 404)
        }
    }
}
