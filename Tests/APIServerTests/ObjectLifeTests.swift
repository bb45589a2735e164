import KubernetesObjects
import ObjectStore
import Testing

@testable import APIServer

@Suite struct ObjectLifeTests {
    private let maps = TestServer.configMaps

    @Test func aNewObjectGetsWhatTheServerSets() async throws {
        let server = try await TestServer()
        let answer = try await server.send("POST", maps, TestServer.configMap("a"))
        #expect(answer.status == 201)
        #expect(answer.document.namespace == "default")
        #expect(answer.document.uid.count == 36)
        #expect(answer.document.creationTimestamp != nil)
        #expect(answer.document.resourceVersion == String(server.server.store.revision))
        let again = try await server.send("POST", maps, TestServer.configMap("a"))
        #expect(again.status == 409)
        #expect(again.message == "configmaps \"a\" already exists")
    }

    @Test func namesAreGenerated() async throws {
        let server = try await TestServer()
        var names: Set<String> = []
        for _ in 0..<20 {
            let body: JSONValue = ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["generateName": "x-"]]
            names.insert(try await server.send("POST", maps, body).document.name)
        }
        #expect(names.count == 20)
        #expect(names.allSatisfy { $0.hasPrefix("x-") && $0.count == 7 })
    }

    @Test func aNamespaceMustBeThere() async throws {
        let server = try await TestServer()
        let answer = try await server.send("POST", "/api/v1/namespaces/none/configmaps", TestServer.configMap("a"))
        #expect(answer.status == 404)
        #expect(answer.message == "namespaces \"none\" not found")
    }

    @Test func anUpdateOfAnOldVersionIsRefused() async throws {
        let server = try await TestServer()
        let first = try await server.send("POST", maps, TestServer.configMap("a")).document
        var second = first
        second[path: "data", "a"] = "2"
        #expect(try await server.send("PUT", "\(maps)/a", .object(second.object)).status == 200)
        let late = try await server.send("PUT", "\(maps)/a", .object(second.object))
        #expect(late.status == 409)
        #expect(late.json["reason"] == "Conflict")
    }

    @Test func anUpdateThatChangesNothingKeepsTheVersion() async throws {
        let server = try await TestServer()
        let first = try await server.send("POST", maps, TestServer.configMap("a")).document
        let same = try await server.send("PUT", "\(maps)/a", TestServer.configMap("a")).document
        #expect(same.resourceVersion == first.resourceVersion)
    }

    @Test func finalizersHoldAnObject() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a", ["finalizers": ["example.com/hold"]]))
        let deleted = try await server.send("DELETE", "\(maps)/a")
        #expect(deleted.document.deletionTimestamp != nil)
        #expect(try await server.send("GET", "\(maps)/a").status == 200)
        let again = try await server.send("POST", maps, TestServer.configMap("a"))
        #expect(again.message == "object is being deleted: configmaps \"a\" already exists")
        let patch: JSONValue = ["metadata": ["finalizers": .null]]
        try await server.send("PATCH", "\(maps)/a", patch, type: "application/merge-patch+json")
        #expect(try await server.send("GET", "\(maps)/a").status == 404)
    }

    @Test func preconditionsOfADeletionAreChecked() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let body: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1", "preconditions": ["uid": "x"]]
        #expect(try await server.send("DELETE", "\(maps)/a", body).status == 409)
        #expect(try await server.send("GET", "\(maps)/a").status == 200)
    }

    @Test func dryRunsChangeNothing() async throws {
        let server = try await TestServer()
        let revision = server.server.store.revision
        #expect(try await server.send("POST", "\(maps)?dryRun=All", TestServer.configMap("a")).status == 201)
        #expect(try await server.send("GET", "\(maps)/a").status == 404)
        #expect(server.server.store.revision == revision)
    }

    @Test func aCollectionIsDeletedBySelector() async throws {
        let server = try await TestServer()
        for name in ["a", "b", "c"] {
            let labels: JSONValue = ["keep": .string(name == "b" ? "yes" : "no")]
            try await server.send("POST", maps, TestServer.configMap(name, ["labels": labels]))
        }
        try await server.send("DELETE", "\(maps)?labelSelector=keep%3Dno")
        #expect(try await server.send("GET", maps).names == ["b"])
    }

    @Test func namespacesOfTheSystemStay() async throws {
        let server = try await TestServer()
        let answer = try await server.send("DELETE", "/api/v1/namespaces/default")
        #expect(answer.status == 403)
        #expect(answer.message == "namespaces \"default\" is forbidden: this namespace may not be deleted")
    }
}
