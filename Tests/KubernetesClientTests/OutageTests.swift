import Testing

@testable import KubernetesClient

/// How soon a recovered server is followed again, and its load from that.
@Suite struct OutageTests {
    @Test(arguments: UInt64(1)...50)
    func `everything is followed again within 5 s of the return`(seed: UInt64) throws {
        var fleet = Fleet(clients: 1, outage: .seconds(20), seed: seed)
        fleet.run()
        #expect(fleet.followed.count == 3)
        #expect(try #require(fleet.followed.max()) <= .seconds(25))
    }

    @Test(arguments: [3, 20])
    func `five thousand clients do not come back all at once`(outage: Int) throws {
        let clients = 5_000
        var fleet = Fleet(clients: clients, outage: .seconds(outage), seed: 7)
        fleet.run()
        #expect(fleet.followed.count == clients * 3)
        #expect(try #require(fleet.followed.max()) <= .seconds(outage + 5))

        let back = fleet.requests[(outage * 100)...]
        let total = back.reduce(0, +)
        // Each reflector learns that its version expired, and asks again.
        #expect(total == clients * 3 * 2)
        let busiest = back.indices.map { fleet.requests[$0..<min($0 + 10, back.endIndex)].reduce(0, +) }.max() ?? 0
        #expect(busiest <= total / 10, "\(busiest) of \(total) requests came within 100 ms")
    }

    @Test func `while the server refuses connections one reflector of each client looks for it`() {
        let clients = 200
        var fleet = Fleet(clients: clients, outage: .seconds(60), seed: 11)
        fleet.run()
        let rate = Double(fleet.requests[3_000..<6_000].reduce(0, +)) / 30 / Double(clients)
        #expect(rate > 0.4 && rate < 0.9, "\(rate) tries a second from each client")
    }
}
