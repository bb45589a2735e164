import Dataplane
import InternetAddresses
import LabKit
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// The cost of a change in a small and in a large cluster. Needs root.
@Suite("Scale", .serialized, .timeLimit(.minutes(10)))
struct ScaleTests {
    /// `services` Services with this many endpoints each.
    private static func routes(_ services: Int, _ endpoints: Int) -> [ServicePortRoute] {
        (0..<services).map { service($0, pods: Array(0..<endpoints)) }
    }

    private static func service(_ number: Int, pods: [Int]) -> ServicePortRoute {
        let name = "s" + String(100_000 + number).dropFirst()
        return route(
            name, .ipv4, [.clusterIP(IPFamily.ipv4.service(number + 1))],
            pods: pods.map { number * 16 + $0 + 1 })
    }

    /// The cost of an endpoint's removal and return. Their classes exist since the cold start.
    private static func flips(_ kernel: NFTablesProgrammer, endpoints: Int) throws
        -> [ProgrammingReport]
    {
        let all = Array(0..<endpoints)
        let histories = [
            Array(all.dropFirst()), all, [1, 0] + all.dropFirst(2), all.dropLast() + [endpoints],
            [0] + all.dropFirst(2).dropLast() + [endpoints],
        ]
        return try histories.map { try kernel.apply(.set(service(7, pods: $0))) }
    }

    @Test("a change costs the same, and little, in a cluster of 30 endpoints and of 10,000")
    func flip() async throws {
        let small = try await NetworkNamespace(name: "nft")
        let inSmall = try await small.program { kernel, _ in
            _ = try kernel.synchronize(Self.routes(10, 3))
            return try Self.flips(kernel, endpoints: 3)
        }
        let large = try await NetworkNamespace(name: "nft")
        let inLarge = try await large.program { kernel, _ in
            _ = try kernel.synchronize(Self.routes(1000, 10))
            return try Self.flips(kernel, endpoints: 10)
        }
        #expect(inSmall == inLarge)
        // The first and the last move a backend into the gap, and then remove its old slot.
        #expect(inLarge.map(\.messages) == [5, 3, 0, 2, 5])
        #expect(inLarge.allSatisfy { $0.bytes < 1000 })
    }

    @Test("a cold start is in stages of bounded size, in the given order")
    func coldStart() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let routes = Self.routes(4000, 10)
        try await namespace.program { kernel, transport in
            let report = try kernel.synchronize(routes)
            #expect(report.refusals.isEmpty)
            let stages = transport.batches
            #expect(stages.count >= 4)
            #expect(stages.allSatisfy { $0.count < 4 << 20 })
            let order = routes.map { Array("\($0.key.name)\0".utf8) }
            let first = try #require(stages.firstIndex { $0.contains(order[0]) })
            let last = try #require(stages.firstIndex { $0.contains(order[3999]) })
            // The table itself, and then the most important Services.
            #expect(first == 1)
            #expect(last > first)
        }
        #expect(try await namespace.difference(routes) == 0)
    }

    @Test("a cold start overcomes a fault in a stage between others")
    func coldStartWithFault() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let routes = Self.routes(4000, 10)
        try await namespace.program { kernel, transport in
            // The table, the first stage, and the second.
            transport.inject(.none, .none, .batchIsLost)
            let report = try kernel.synchronize(routes)
            #expect(report.refusals.isEmpty && transport.isExhausted)
        }
        #expect(try await namespace.difference(routes) == 0)
    }

    @Test("a restart on a large table, read on two threads, writes what was added and removed meanwhile")
    func restart() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let all = Self.routes(10_010, 0)
        let before = RoutingSnapshot(routes: Array(all.dropFirst(3)))
        let after = RoutingSnapshot(routes: Array(all.dropLast(5)))
        var written: [Int] = []
        for snapshot in [before, before, after, after] {
            written.append(try await namespace.dataplane().synchronize(snapshot).messages)
        }
        #expect(written[0] > 0)
        // Elements of two sets, in one message each for what is added and what is removed.
        #expect(written[1...] == [0, 4, 0])
    }
}
