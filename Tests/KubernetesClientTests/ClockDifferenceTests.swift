import Foundation
import NIOHTTP1
import TestKit
import Testing

@testable import KubernetesClient

@Suite("The server's clock", .timeLimit(.minutes(10)))
struct ClockDifferenceTests {
    private func difference(_ date: String?) async throws -> Double? {
        try await ScriptedServer.withServer { _, _ in
            var reply = ScriptedServer.Reply(body: [Array(#"{"major":"1"}"#.utf8)])
            if let date { reply.headers.add(name: "Date", value: date) }
            return reply
        } _: { server in
            let address = try #require(ServerAddress("http://127.0.0.1:\(server.port)"))
            let listing = ObjectListing(
                configuration: KubernetesClientConfiguration(server: address), logger: LogLines().logger)
            return try await listing.clockDifference()
        }
    }

    @Test("is told by the header Date, ahead and behind")
    func told() async throws {
        for hours in [-2.0, 0, 3] {
            // 2026-11-21T18:16:12Z
            let parts = Date.now.addingTimeInterval(hours * 3600).formatted(.iso8601).split { "-T:Z".contains($0) }
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            let month = months[try #require(Int(parts[1])) - 1]
            let date = "Mon, \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
            let found = try #require(try await difference(date))
            // The machine may be slow; the hours are what counts.
            #expect(abs(found - hours * 3600) < 60)
        }
    }

    @Test("is not known where the server does not tell the time, or nobody can read it", arguments: [nil, "yesterday"])
    func unknown(date: String?) async throws { #expect(try await difference(date) == nil) }
}
