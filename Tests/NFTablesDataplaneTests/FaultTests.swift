import Dataplane
import Glibc
import InternetAddresses
import LabKit
import NFTables
import OrderedCollections
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// A failing connection to the kernel, and a kernel that refuses. Needs root.
@Suite("Faults", .serialized, .timeLimit(.minutes(10)))
struct FaultTests {
    private static let change = RoutingChange.set(
        route(pods: [1, 2, 4]), route("new", .ipv4, [.clusterIP(ip("10.96.0.2"))], affinity: 60))
    private static let result = [
        route(pods: [1, 2, 4]), route("new", .ipv4, [.clusterIP(ip("10.96.0.2"))], affinity: 60),
    ]

    @Test(
        "a communication fault is overcome within the call",
        arguments: [
            [.answerFails(ENOBUFS)], [.sendFails(ENOMEM)],
            [.sendFails(ENOBUFS), .sendFails(ENOMEM), .answerFails(ENOBUFS)],
            [.batchIsLost], [.batchIsLost, .dumpIsInterrupted, .dumpIsInterrupted],
            [.sendFails(EINTR), .dumpIsInterrupted],
        ] as [[FaultyTransport.Fault]])
    func overcome(faults: [FaultyTransport.Fault]) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize([route()])
            for fault in faults { transport.inject(fault) }
            #expect(try kernel.apply(Self.change).refusals.isEmpty)
            #expect(transport.isExhausted)
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        #expect(try await namespace.difference(Self.result) == 0)
    }

    @Test("a start also survives faults", arguments: [false, true])
    func start(isRestart: Bool) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        if isRestart { #expect(try await namespace.difference([route()]) > 0) }
        try await namespace.program { kernel, transport in
            if isRestart { transport.inject(.dumpIsInterrupted) }
            transport.inject(.batchIsLost, .answerFails(ENOBUFS))
            let report = try kernel.synchronize(Self.result)
            #expect(report.refusals.isEmpty)
            #expect(transport.isExhausted)
        }
        #expect(try await namespace.difference(Self.result) == 0)
    }

    @Test("without permission, the call fails permanently and says so")
    func notPermitted() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize([route()])
            transport.inject(.sendFails(EPERM))
            let error = #expect(throws: DataplaneError.self) { try kernel.apply(Self.change) }
            #expect(error?.code == .permission)
        }
    }

    @Test(
        "lasting lack of memory is an error that a retry may fix, and rules in force stay")
    func noMemory() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize([route()])
            for _ in 0..<40 { transport.inject(.sendFails(ENOMEM)) }
            let error = #expect(throws: DataplaneError.self) { try kernel.apply(Self.change) }
            #expect(error?.code == .transient)
        }
        #expect(try await namespace.difference([route()]) == 0)
    }

    @Test(
        "a refused route is reported with its Service, all others are served, and it recovers"
    )
    func refused() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let bad = route("bad", .ipv4, [.clusterIP(ip("10.96.0.66"))])
        let good = route("good", .ipv4, [.clusterIP(ip("10.96.0.7"))])
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize([route()])
            transport.garble { Garbled.withoutKey($0, [10, 96, 0, 66, 6, 0, 0, 0, 0, 80]) }
            let report = try kernel.apply(.set(bad, good, route(pods: [1])))
            #expect(report.refusals.map(\.route) == [bad.key])
            #expect(report.refusals.first?.reason.contains("Invalid argument") == true)
            let table = try #require(try kernel.link.connection.read(IPFamily.ipv4.table))
            let served = [frontend(ip("10.96.0.1")), frontend(ip("10.96.0.7"))].map(ElementKey.frontend)
            #expect(Set(try #require(table.elements[.services]).keys) == Set(served))

            // Other Services change meanwhile, and the bad one is programmed when the fault is gone.
            #expect(try kernel.apply(.set(route(pods: [1, 2]))).refusals.isEmpty)
            transport.garble(nil)
            #expect(
                try kernel.apply(.set(route("bad", .ipv4, [.clusterIP(ip("10.96.0.66"))], pods: [5])))
                    .refusals.isEmpty)
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        let healed = route("bad", .ipv4, [.clusterIP(ip("10.96.0.66"))], pods: [5])
        #expect(try await namespace.difference([route(pods: [1, 2]), good, healed]) == 0)
    }

    @Test("several bad routes do not keep a start from serving the others")
    func refusedAtStart() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let routes = (1...20).map { route("s\($0)", .ipv4, [.clusterIP(IPFamily.ipv4.service($0))]) }
        try await namespace.program { kernel, transport in
            transport.garble { batch in
                [3, 7, 11].reduce(batch) { Garbled.withoutKey($0, [10, 96, 0, $1, 6, 0, 0, 0, 0, 80]) }
            }
            let report = try kernel.synchronize(routes)
            #expect(Set(report.refusals.map(\.route)) == Set([3, 7, 11].map { key("s\($0)") }))
            let table = try #require(try kernel.link.connection.read(IPFamily.ipv4.table))
            #expect(table.elements[.services]?.count == 17)
        }
    }
}
