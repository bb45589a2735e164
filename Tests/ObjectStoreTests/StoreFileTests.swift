import Foundation
import ObjectStore
import Testing

@Suite struct StoreFileTests {
    @Test func aDamagedFileIsRefusedAndLeftAsItIs() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        for number in 0..<200 { try await store.put(key("n\(number)"), String(repeating: "x", count: 500)) }
        try await store.close()
        var bytes = try Data(contentsOf: URL(filePath: path))
        for offset in 8192..<12288 { bytes[offset] = 0xA5 }
        try bytes.write(to: URL(filePath: path))

        let error = #expect(throws: StoreError.self) { try ObjectStore(path: path) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("Put back a backup") == true)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test func aDocumentThatHasChangedOnTheDiskIsNoticed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        try await store.put(key("a"), "a text that is long enough to be found")
        try await store.close()
        var bytes = try Data(contentsOf: URL(filePath: path))
        let found = try #require(bytes.range(of: Data("long enough".utf8)))
        bytes[found.lowerBound] = UInt8(ascii: "L")
        try bytes.write(to: URL(filePath: path))

        let error = #expect(throws: StoreError.self) { try ObjectStore(path: path) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("services default/a") == true)
    }

    @Test func aFileOfSomebodyElseIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        try Data(
            "this is a shopping list, not a database; it has more than a hundred bytes, so that SQLite reads its header"
                .utf8
        )
        .write(to: URL(filePath: path))
        let error = #expect(throws: StoreError.self) { try ObjectStore(path: path) }
        #expect(error?.code == .damaged)
    }

    @Test func aSecondProcessIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        let error = #expect(throws: StoreError.self) { try ObjectStore(path: path) }
        #expect(error?.code == .inUse)
        try await store.put(key("a"), "1")
        #expect(store.text(key("a")) == "1")
    }

    @Test func aClosedStoreRefusesWrites() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        try await store.close()
        let error = await #expect(throws: StoreError.self) { try await store.put(key("a"), "1") }
        #expect(error?.code == .closed)
    }
}
