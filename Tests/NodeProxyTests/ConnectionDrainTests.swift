import Logging
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("Open connections when the proxy is stopped")
struct ConnectionDrainTests {
    private func stop(
        connections: Int, limit: Duration, _ meanwhile: (FakeDataplane, LogLines) async throws -> Void = { _, _ in }
    ) async throws -> [String] {
        let log = LogLines()
        let dataplane = FakeDataplane()
        dataplane.connections.store(connections, ordering: .relaxed)
        let drain = ConnectionDrain()
        drain.follow(dataplane)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await drain.run(limit: limit, logger: log.logger) }
            group.cancelAll()
            try await meanwhile(dataplane, log)
            while try await group.next() != nil {}
        }
        return log.all
    }

    @Test("there is no wait without connections, or without a timeout")
    func nothing() async throws {
        #expect(try await stop(connections: 0, limit: .seconds(3600)) == [])
        #expect(try await stop(connections: 5, limit: .zero) == [])
    }

    @Test("the end of the last connection ends the wait")
    func end() async throws {
        let messages = try await stop(connections: 5, limit: .seconds(3600)) { dataplane, log in
            _ = try await log.line(with: "5 connections open")
            dataplane.connections.store(0, ordering: .relaxed)
        }
        #expect(messages.count == 1)
    }

    @Test("after the timeout they are cut off, and the log says so")
    func limit() async throws {
        let messages = try await stop(connections: 2, limit: .milliseconds(100))
        #expect(messages.last?.contains("cut off 2 connections") == true)
    }
}
