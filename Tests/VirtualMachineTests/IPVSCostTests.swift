import Dataplane
import IPVS
import InternetAddresses
import LabKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

/// The cost of a thousand Services with ten endpoints each. `make bench-ipvs` prints the figures.
@Suite("IPVS: cost", .serialized)
struct IPVSCostTests {
    private static func service(_ number: Int) -> ServicePortRoute {
        let address = IPAddress(ipv4: 0x0A60_0000 + UInt32(number) + 1)
        // Endpoints of 10.245.0.0/16, each of one Service; one of ten is on this node.
        let endpoints = (0..<10 as Range<UInt32>).map { index in
            Backend(
                address: IPAddress(ipv4: 0x0AF5_0000 + UInt32(number) * 10 + index), port: 8080, isLocal: index == 0)
        }
        return route("web-\(number)", "\(address)", to: endpoints)
    }

    @Test("a cold start is one message for each server and address, and a few for all sets; a change costs its own")
    func cost() async throws {
        let node = try await Node()
        let routes = (0..<1000).map(Self.service)
        let clock = ContinuousClock()
        var start = clock.now
        let cold = try await node.synchronize(routes)
        let coldTime = clock.now - start
        // Virtual servers, real servers, addresses; 34 sets; entries, 250 to a message; rules; the interface.
        let servers = 1000 + 10_000 + 1000
        #expect((servers..<servers + 300).contains(cold.messages), "\(cold.messages) messages")
        #expect(cold.bytes < 2_500_000, "\(cold.bytes) bytes")
        #expect(cold.refusals == [])

        start = clock.now
        let again = try await node.restarted().synchronize(routes)
        let restartTime = clock.now - start
        #expect(again == ProgrammingReport())

        var flips = ProgrammingReport()
        start = clock.now
        for number in 0..<20 {
            let old = routes[number]
            var new = old
            new.clusterBackends[9] = Backend(address: ip("10.246.0.\(number + 1)"), port: 8080)
            let report = try await node.change(old, to: new)
            flips.messages += report.messages
            flips.bytes += report.bytes
        }
        let flipTime = (clock.now - start) / 20
        // One is added; one gets no new connections, and is removed because it has none.
        #expect(flips.messages == 3 * 20)
        #expect(flips.bytes / 20 < 500)

        // Only the sets, written by the tool.
        let file = "/tmp/servicelet-sets"
        try await node.namespace.run("ipset", "save", "-file", file)
        let tool = try await NetworkNamespace(name: "tool")
        start = clock.now
        try await tool.run("ipset", "restore", "-file", file)
        let toolTime = clock.now - start
        print(
            """
            cold start   \(cold.messages) messages, \(cold.bytes) bytes, \(coldTime)
            restart      \(again.messages) messages, \(restartTime)
            one endpoint \(flips.messages / 20) messages, \(flips.bytes / 20) bytes, \(flipTime)
            ipset restore of the same sets \(toolTime)
            """)
    }
}
