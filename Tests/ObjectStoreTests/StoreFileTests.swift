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

    @Test func aTaskThatIsCancelledClosesTheStoreToo() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        try await store.put(key("a"), "text")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { try await store.close() }
            try await group.waitForAll()
        }
        // The file is free although the former store still exists.
        let next = try ObjectStore(path: path)
        #expect(next.record(key("a")) != nil)
        try await next.close()
        withExtendedLifetime(store) {}
    }

    /// A copy of an open store, as after a crash: its log has not been checkpointed.
    private func crashed(_ folder: borrowing TemporaryFolder) async throws -> String {
        let store = try ObjectStore(path: folder.path + "/open.sqlite")
        for number in 0..<20 { try await store.put(key("n\(number)"), String(repeating: "x", count: 3000)) }
        let path = folder.path + "/store.sqlite"
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.path + "/open.sqlite" + end, toPath: path + end)
        }
        try await store.close()
        return path
    }

    /// Changes a byte of a log, at the fraction `part` of its length.
    private func damageLog(_ path: String, part: Double) throws {
        let url = URL(filePath: path + "-wal")
        var bytes = try Data(contentsOf: url)
        bytes[32 + Int(Double(bytes.count - 33) * part)] ^= 0xFF
        try bytes.write(to: url)
    }

    @Test(arguments: [0, 0.3, 0.7]) func aLogThatHasLostAcknowledgedWritesIsRefused(part: Double) async throws {
        let folder = try TemporaryFolder()
        let path = try await crashed(folder)
        try damageLog(path, part: part)
        let bytes = try Data(contentsOf: URL(filePath: path + "-wal"))
        let error = #expect(throws: StoreError.self) { try ObjectStore(path: path) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("store.sqlite-wal, has changed on the disk") == true)
        #expect(try Data(contentsOf: URL(filePath: path + "-wal")) == bytes)
    }

    @Test func aLogThatAPowerCutHasEndedIsRead() async throws {
        let folder = try TemporaryFolder()
        let path = try await crashed(folder)
        let log = URL(filePath: path + "-wal")
        let bytes = try Data(contentsOf: log)
        try bytes.dropLast(100).write(to: log)
        let store = try ObjectStore(path: path)
        #expect(store.text(key("n18")) != nil)
        #expect(store.text(key("n19")) == nil)
        try await store.close()
    }

    @Test func nobodyElseMayReadTheFile() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        try await store.put(key("a"), "1")
        for end in ["", "-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/store.sqlite" + end)
            #expect(attributes[.posixPermissions] as? NSNumber == 0o600)
        }
        try await store.close()
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
