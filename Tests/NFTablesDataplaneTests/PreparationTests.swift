import Dataplane
import InternetAddresses
import LabKit
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// What is programmed before the first snapshot. Needs root.
@Suite("Preparation", .serialized, .timeLimit(.minutes(10)))
struct PreparationTests {
    @Test(
        "a table prepared for changing routes is in force only with the snapshot, and holds exactly that",
        arguments: 0..<5)
    func randomChanges(seed: UInt64) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        var worlds = IPFamily.allCases.map { RandomRoutes($0, seed: seed) }
        for _ in 0..<30 {
            for index in worlds.indices { await dataplane.prepare(worlds[index].change()) }
        }
        let prepared = try await namespace.run("nft", "list", "ruleset")
        #expect(prepared.contains("map endpoints") && prepared.contains("elements = {"))
        #expect(!prepared.contains("hook"))

        // A part of the changes comes too late.
        for _ in 0..<3 {
            for index in worlds.indices { _ = worlds[index].change() }
        }
        let snapshot = RoutingSnapshot(
            routes: worlds.flatMap(\.routes.values), serviceNetworks: worlds.flatMap(\.serviceNetworks))
        let report = try await dataplane.synchronize(snapshot)
        #expect(report.refusals.isEmpty)
        #expect(try await namespace.run("nft", "list", "ruleset").contains("type nat hook prerouting"))
        #expect(try await namespace.difference(snapshot) == 0)

        // Later changes are applied as ever, and preparing has no effect any more.
        for index in worlds.indices { _ = try await dataplane.apply(worlds[index].change()) }
        let last = RoutingSnapshot(
            routes: worlds.flatMap(\.routes.values), serviceNetworks: worlds.flatMap(\.serviceNetworks))
        for index in worlds.indices { await dataplane.prepare(worlds[index].change()) }
        #expect(try await namespace.difference(last) == 0)
    }

    @Test("the existing table of an earlier process stays as it is")
    func existing() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let snapshot = RoutingSnapshot(routes: SmallCluster.routes)
        _ = try await namespace.dataplane().synchronize(snapshot)
        let before = try await namespace.listing()
        let next = try await namespace.dataplane()
        await next.prepare(.set(route("other", pods: [7, 8])))
        #expect(try await namespace.listing() == before)
        #expect(try await next.synchronize(snapshot).messages == 0)
    }

    @Test("a process that ends while it prepares leaves a table that the next one completes")
    func interrupted() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let snapshot = RoutingSnapshot(routes: SmallCluster.routes)
        let first = try await namespace.dataplane()
        for route in snapshot.routes.dropLast(2) { await first.prepare(.set(route)) }
        #expect(try await namespace.difference(snapshot) > 0)
        #expect(try await namespace.run("nft", "list", "ruleset").contains("type nat hook prerouting"))
        #expect(try await namespace.difference(snapshot) == 0)
    }

    @Test(
        "after a failure the table is built anew",
        arguments: [.batchIsLost, .sendFails(105), .answerFails(105)] as [FaultyTransport.Fault])
    func failure(fault: FaultyTransport.Fault) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let snapshot = RoutingSnapshot(routes: SmallCluster.routes)
        try await namespace.program { kernel, transport in
            transport.inject(fault)
            for route in snapshot.routes { try? kernel.prepare(.set(route)) }
            let report = try kernel.synchronize(snapshot)
            #expect(report.refusals.isEmpty)
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        #expect(try await namespace.difference(snapshot) == 0)
    }

    @Test("if later routes need many classes that the first ones did not, the table is built anew")
    func manyClasses() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        // Each adds a class while there are more than 20,000 backends: fifty of them are a million steps.
        let routes = (0..<60).map { number in
            route(
                "s\(number)", .ipv4, [.clusterIP(IPFamily.ipv4.service(number + 1))],
                pods: Array(1...(number == 0 ? 20_000 : number + 10)))
        }
        let (prepared, abandoned) = try await namespace.program { kernel, transport in
            var batches: [Int] = []
            for route in routes {
                try kernel.prepare(.set(route))
                batches.append(transport.batches.count)
            }
            return (batches[40], batches[59] - batches[55])
        }
        #expect(prepared > 40)
        #expect(abandoned == 0)
        #expect(try await namespace.run("nft", "list", "tables").isEmpty)
        #expect(try await namespace.difference(routes) > 0)
        #expect(try await namespace.difference(routes) == 0)
    }
}
