import KubernetesAPI
import ObjectSource
import Testing

@Suite(.timeLimit(.minutes(10))) struct ObjectInboxTests {
    private func service(_ name: String, version: String = "1") -> ObjectChange {
        .set(.service(Service(metadata: ObjectMeta(namespace: "default", name: name, resourceVersion: version))))
    }

    private func removal(_ name: String) -> ObjectChange { .removed(service(name).key) }

    @Test("only the last of several changes to one object is kept")
    func coalescing() async throws {
        let inbox = ObjectInbox(waitingFor: [.service])
        inbox.post([service("a"), service("b"), service("a", version: "2")])
        inbox.post([service("c"), removal("b")])
        let batch = try #require(await inbox.next())
        #expect(Set(batch.changes) == [service("a", version: "2"), removal("b"), service("c")])
        #expect(!batch.isSynchronized)
    }

    @Test("taken changes are not returned again")
    func takenOnce() async throws {
        let inbox = ObjectInbox(waitingFor: [.service])
        inbox.post([service("a")])
        _ = await inbox.next()
        inbox.post([service("b")])
        #expect(try #require(await inbox.next()).changes == [service("b")])
    }

    @Test("a batch knows when the oldest of its changes was posted")
    func age() async throws {
        let inbox = ObjectInbox(waitingFor: [.service])
        let before = ContinuousClock.now
        inbox.post([service("a")])
        let between = ContinuousClock.now
        inbox.post([service("b")])
        let oldest = try #require(await inbox.next()).oldest
        #expect((before...between).contains(oldest))
    }

    @Test("the inbox is synchronized once every kind is, and says so even without a change")
    func synchronization() async throws {
        let inbox = ObjectInbox(waitingFor: [.service, .node])
        inbox.post([service("a")])
        inbox.markSynchronized(.service)
        #expect(try #require(await inbox.next()).isSynchronized == false)
        inbox.markSynchronized(.endpointSlice)
        inbox.markSynchronized(.node)
        let batch = try #require(await inbox.next())
        #expect(batch.isSynchronized)
        #expect(batch.changes.isEmpty)
        inbox.markSynchronized(.node)
        inbox.post([service("b")])
        #expect(try #require(await inbox.next()).changes == [service("b")])
    }

    @Test("an inbox without kinds is synchronized from the start")
    func nothingToWaitFor() async throws {
        let batch = try #require(await ObjectInbox(waitingFor: []).next())
        #expect(batch.isSynchronized && batch.changes.isEmpty)
    }

    @Test("a change wakes a waiting consumer")
    func waking() async {
        let inbox = ObjectInbox(waitingFor: [.service])
        async let batch = inbox.next()
        await Task.yield()
        inbox.post([])
        inbox.post([service("a")])
        #expect(await batch?.changes == [service("a")])
    }

    @Test("cancellation wakes a waiting consumer, which gets nothing")
    func cancellation() async {
        let inbox = ObjectInbox(waitingFor: [.service])
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await inbox.next() == nil }
            await Task.yield()
            group.cancelAll()
            for await gotNothing in group { #expect(gotNothing) }
        }
        inbox.post([service("a")])
        #expect(await inbox.next()?.changes == [service("a")])
    }

    @Test("many writers and one reader lose no object")
    func manyWriters() async {
        let inbox = ObjectInbox(waitingFor: [.service])
        let seen = await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask { for number in 0..<500 { inbox.post([service("\(writer)-\(number)")]) } }
            }
            var seen: Set<ObjectKey> = []
            while seen.count < 4_000, let batch = await inbox.next() { seen.formUnion(batch.changes.map(\.key)) }
            return seen
        }
        #expect(seen.count == 4_000)
    }

    private func full() -> ObjectInbox {
        let inbox = ObjectInbox(waitingFor: [.service])
        inbox.post((0..<ObjectInbox.capacity).map { service("\($0)") })
        return inbox
    }

    @Test("during the initial state, a source waits for room until the consumer has taken pending changes")
    func room() async {
        let inbox = full()
        await withTaskGroup(of: String.self) { group in
            group.addTask {
                await inbox.waitForRoom()
                return "room"
            }
            group.addTask {
                for _ in 0..<1_000 { await Task.yield() }
                return "no room yet"
            }
            #expect(await group.next() == "no room yet")
            #expect(await inbox.next()?.changes.count == ObjectInbox.capacity)
            #expect(await group.next() == "room")
        }
    }

    @Test("after the initial state, no source waits")
    func roomWhenSynchronized() async {
        let inbox = full()
        inbox.markSynchronized(.service)
        await inbox.waitForRoom()
    }

    @Test("cancellation ends the wait for room")
    func cancelledRoom() async {
        let inbox = full()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await inbox.waitForRoom() }
            await Task.yield()
            group.cancelAll()
        }
        #expect(await inbox.next()?.changes.count == ObjectInbox.capacity)
    }
}
