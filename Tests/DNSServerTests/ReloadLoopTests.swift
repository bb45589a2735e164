import Foundation
import LabKit
import TestKit
import Testing

@testable import DNSServer

@Suite("Reloading the configuration", .timeLimit(.minutes(10)))
struct ReloadLoopTests {
    @Test("a change between the first reading and the loop's start is followed")
    func early() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appending(path: "Corefile").path
        let loader = ConfigurationLoader(origin: .corefile(path: path) { _ in }, environment: [:])
        try folder.write(".:5301 {\n    forward . 127.0.0.1:1\n}\n", to: "Corefile")
        let first = try loader.load()
        try folder.write(".:5302 {\n    forward . 127.0.0.1:1\n}\n", to: "Corefile")
        let loop = ReloadLoop(
            loader: loader, interval: .milliseconds(1), first: first, state: DNSServerState(), logger: .silent)
        let (changes, continuation) = AsyncStream.makeStream(
            of: DNSConfiguration.self, bufferingPolicy: .bufferingOldest(1))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run { continuation.yield($0) } }
            let change = await changes.first { _ in true }
            #expect(change?.servers.map(\.port) == [5302])
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}
