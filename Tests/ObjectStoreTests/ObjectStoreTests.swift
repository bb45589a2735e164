import Foundation
import ObjectStore
import Testing

/// A new folder for each test.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func key(_ name: String, in namespace: String = "default", of resource: String = "services") -> RecordKey {
    RecordKey(resource: resource, namespace: namespace, name: name)
}

extension ObjectStore {
    func put(_ key: RecordKey, _ text: String) async throws {
        try await write { transaction in _ = transaction.put(key) { _ in Array(text.utf8) } }
    }

    func delete(_ key: RecordKey) async throws {
        try await write { transaction in transaction.delete(key) { _ in Array("gone".utf8) } }
    }

    func text(_ key: RecordKey) -> String? {
        record(key).map { String(decoding: $0.document, as: UTF8.self) }
    }

    func names(_ namespace: String? = nil) -> [String] {
        records(of: "services", in: namespace).records.map { "\($0.key.namespace)/\($0.key.name)" }
    }
}

@Suite struct ObjectStoreTests {
    @Test func writtenObjectsAreThereAfterReopening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        try await store.put(key("a"), "1")
        try await store.put(key("b"), "2")
        try await store.put(key("a"), "3")
        try await store.delete(key("b"))
        let revision = store.revision
        try await store.close()

        let again = try ObjectStore(path: path)
        #expect(again.revision == revision)
        #expect(again.text(key("a")) == "3")
        #expect(again.record(key("b")) == nil)
        try await again.put(key("c"), "4")
        #expect(again.revision == revision + 1)
        try await again.close()
    }

    @Test func documentsAreToldTheirRevision() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        let before = store.revision
        try await store.write { transaction in
            _ = transaction.put(key("a")) { Array("\($0)".utf8) }
            _ = transaction.put(key("b")) { Array("\($0)".utf8) }
        }
        #expect(store.text(key("a")) == "\(before + 1)")
        #expect(store.text(key("b")) == "\(before + 2)")
        #expect(store.record(key("b"))?.revision == before + 2)
    }

    @Test func listsAreSortedByNamespaceAndName() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        for (namespace, name) in [("b", "x"), ("a-b", "x"), ("a", "z"), ("a", "b"), ("b", "a")] {
            try await store.put(key(name, in: namespace), "")
        }
        #expect(store.names() == ["a/b", "a/z", "a-b/x", "b/a", "b/x"])
        #expect(store.names("a") == ["a/b", "a/z"])
        #expect(store.names("c").isEmpty)
    }

    @Test func aTransactionThatThrowsChangesNothing() async throws {
        struct Refused: Error {}
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        try await store.put(key("a"), "1")
        let revision = store.revision
        await #expect(throws: Refused.self) {
            try await store.write { transaction in
                _ = transaction.put(key("a")) { _ in Array("2".utf8) }
                #expect(transaction.record(key("a")).map { $0.document } == Array("2".utf8))
                throw Refused()
            }
        }
        #expect(store.text(key("a")) == "1")
        #expect(store.revision == revision)
    }

    @Test func aDryRunChangesNothing() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        let revision = store.revision
        try await store.write { transaction in
            _ = transaction.put(key("a")) { _ in [] }
            transaction.discardsChanges = true
        }
        #expect(store.record(key("a")) == nil)
        #expect(store.revision == revision)
    }

    @Test func writesSeeThoseThatWaitForTheSameDiskWrite() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        // Each increments a number; a lost update would show.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await store.write { transaction in
                        let old = transaction.record(key("n")).map { String(decoding: $0.document, as: UTF8.self) }
                        let number = (old.flatMap { Int($0) } ?? 0) + 1
                        _ = transaction.put(key("n")) { _ in Array("\(number)".utf8) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.text(key("n")) == "200")
    }

    @Test func transactionsListWhatTheyHaveChanged() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        try await store.put(key("a"), "1")
        try await store.put(key("c"), "1")
        let names = try await store.write { transaction in
            _ = transaction.put(key("b")) { _ in [] }
            transaction.delete(key("c")) { _ in [] }
            return transaction.records(of: "services", in: "default").map(\.key.name)
        }
        #expect(names == ["a", "b"])
    }
}
