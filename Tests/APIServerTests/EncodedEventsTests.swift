import KubernetesObjects
import NIOCore
import ObjectStore
import Testing

@testable import APIServer

@Suite struct EncodedEventsTests {
    private func key(_ revision: Int64, now: Int64 = 0) throws -> EncodedEvents.Key {
        let form = try #require(AnswerForm(accept: "", protobuf: true))
        return EncodedEvents.Key(
            revision: revision, type: "ADDED", apiVersion: "v1", form: form, includeObject: "", withColumns: false,
            now: now)
    }

    @Test func anEventIsEncodedOnceForAllWatches() throws {
        let events = EncodedEvents()
        var count = 0
        for _ in 0..<1000 {
            let buffer = try events.buffer(try key(1)) {
                count += 1
                return ByteBuffer(string: "event")
            }
            #expect(buffer == ByteBuffer(string: "event"))
        }
        #expect(count == 1)
    }

    @Test func fewEventsAreKept() throws {
        let events = EncodedEvents()
        var count = 0
        for revision in Array(0..<100) + [99, 0] {
            _ = try events.buffer(try key(Int64(revision))) {
                count += 1
                return ByteBuffer(string: "\(revision)")
            }
        }
        // The newest is still there, the oldest is not.
        #expect(count == 101)
    }

    @Test func watchesInDifferentFormsGetTheirOwn() async throws {
        let server = try await TestServer()
        let maps = TestServer.configMaps
        try await server.send("POST", maps, TestServer.configMap("a"))
        let start = server.server.store.revision
        try await server.send("DELETE", "\(maps)/a")
        let path = "\(maps)?watch=true&resourceVersion=\(start)"
        let plain = try await server.watch(path, count: 1)
        #expect(plain.first?.type == "DELETED")
        #expect(plain.first?.object["kind"] == "ConfigMap")
        let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")]
        let table = try await server.watch(path, count: 1, headers: accept)
        #expect(table.first?.type == "DELETED")
        #expect(table.first?.object["kind"] == "Table")
    }
}
