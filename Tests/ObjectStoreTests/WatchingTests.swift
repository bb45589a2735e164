import ObjectStore
import Testing

@Suite struct WatchingTests {
    @Test func eventsSayWhatHappenedInOrder() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        let start = store.revision
        try await store.put(key("a"), "1")
        try await store.put(key("a"), "2")
        try await store.put(key("other", of: "nodes"), "")
        try await store.delete(key("a"))
        let (events, revision) = try #require(store.events(of: "services", after: start))
        #expect(events.map(\.kind) == [.added, .modified, .deleted])
        #expect(events.map(\.revision) == [start + 1, start + 2, start + 4])
        #expect(events[1].previous?.document == Array("1".utf8))
        #expect(events[2].record.document == Array("gone".utf8))
        #expect(revision == store.revision)
        #expect(store.events(after: start)?.events.count == 4)
    }

    @Test func aWindowThatHasMovedOnIsToldFromAnEmptyOne() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite", events: 3)
        let start = store.revision
        for number in 0..<5 { try await store.put(key("a"), "\(number)") }
        #expect(store.events(of: "services", after: start) == nil)
        #expect(store.events(of: "services", after: start + 2)?.events.count == 3)
        #expect(store.events(of: "services", after: store.revision)?.events.isEmpty == true)
    }

    @Test func changesBeforeARestartAreOutOfTheWindow() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store.sqlite"
        let store = try ObjectStore(path: path)
        let start = store.revision
        try await store.put(key("a"), "1")
        try await store.close()
        let again = try ObjectStore(path: path)
        #expect(again.events(of: "services", after: start) == nil)
        #expect(again.events(of: "nodes", after: start) == nil)
        #expect(again.events(of: "services", after: again.revision)?.events.isEmpty == true)
    }

    @Test func aListOfAMomentAgoIsRebuilt() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        try await store.put(key("a"), "1")
        try await store.put(key("b"), "1")
        let then = store.revision
        try await store.put(key("a"), "2")
        try await store.delete(key("b"))
        try await store.put(key("c"), "1")
        let records = try #require(store.records(of: "services", at: then))
        #expect(records.map(\.key.name) == ["a", "b"])
        #expect(records.first?.document == Array("1".utf8))
        store.compact(through: store.revision)
        #expect(store.records(of: "services", at: then) == nil)
    }

    @Test func waitingEndsWithAChangeOfTheResource() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        let start = store.revision
        async let waited: Void = store.wait(for: ["services"], after: start, until: .now + .seconds(3600))
        try await store.put(key("x", of: "nodes"), "")
        try await store.put(key("a"), "1")
        await waited
        #expect(store.events(of: "services", after: start)?.events.count == 1)
    }

    @Test func aChangeWakesThoseThatWaitForItsResource() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        let start = store.revision
        let waits: [Set<String>?] = [["nodes"], ["pods", "services"], nil]
        await withTaskGroup(of: Int.self) { group in
            for (number, resources) in waits.enumerated() {
                group.addTask {
                    await store.wait(for: resources, after: start, until: .now + .seconds(3600))
                    return number
                }
            }
            group.addTask {
                _ = try? await store.put(key("a"), "1")
                return waits.count
            }
            var woken: Set<Int> = []
            while woken.count < waits.count, let number = await group.next() { woken.insert(number) }
            #expect(woken == [1, 2, waits.count])
            group.cancelAll()
        }
    }

    @Test func waitingEndsWithTheTask() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await store.wait(for: nil, after: store.revision, until: .now + .seconds(3600)) }
            group.cancelAll()
        }
    }

    @Test func waitingEndsAtItsDeadline() async throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(path: folder.path + "/store.sqlite")
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            await store.wait(for: nil, after: store.revision, until: .now)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}
