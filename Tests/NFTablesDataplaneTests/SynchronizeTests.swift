import Dataplane
import InternetAddresses
import KubernetesAPI
import LabKit
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// The reads and writes of a start. Needs root.
@Suite("Synchronize with the kernel", .serialized, .timeLimit(.minutes(10)))
struct SynchronizeTests {
    @Test(
        "after random changes a restart finds nothing to write, and nft lists all of it",
        arguments: 0..<3)
    func restart(seed: UInt64) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize(RoutingSnapshot(routes: []))
        var worlds = IPFamily.allCases.map { RandomRoutes($0, seed: seed) }
        for _ in 0..<40 {
            var change = RoutingChange()
            for index in worlds.indices {
                let part = worlds[index].change()
                change.entries += part.entries
                if part.serviceNetworks != nil { change.serviceNetworks = worlds.flatMap(\.serviceNetworks) }
            }
            let report = try await dataplane.apply(change)
            #expect(report.refusals.isEmpty)
        }
        let snapshot = RoutingSnapshot(
            routes: worlds.flatMap(\.routes.values).shuffled(), serviceNetworks: worlds.flatMap(\.serviceNetworks))
        #expect(try await namespace.difference(snapshot) == 0)

        let text = try await namespace.run("nft", "list", "ruleset")
        let json = try await namespace.run("nft", "-j", "list", "ruleset")
        for name in Layout.sets.map(\.name) + Layout.rules(LayoutContext(.ipv4, .lab)).map(\.chain.name) {
            #expect(text.contains(name))
            #expect(json.contains("\"\(name)\""))
        }
    }

    @Test(
        "contested frontends change owners, and the kernel follows", arguments: 0..<3
    )
    func conflicts(seed: UInt64) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let seed = seed + 100
        try await namespace.program { kernel, transport in
            var world = RandomRoutes(.ipv4, seed: seed)
            _ = try kernel.synchronize([])
            for _ in 0..<60 {
                let change = world.change()
                let before = transport.batches.count
                let report = try kernel.apply(change)
                // The change, then the removed slots and chains. Nothing was refused, so nothing was retried.
                #expect(transport.batches.count - before <= 3)
                #expect(report.refusals.isEmpty)
            }
            #expect(try kernel.repair(culprit: nil) == nil)
        }
    }

    @Test(
        "pod networks of every form are read back as written",
        arguments: [
            [], networks("10.244.0.0/16"), networks("10.244.0.0/16", "10.246.0.0/16"),
            networks("10.0.0.0/9", "10.128.0.0/9"),
            networks("0.0.0.0/0"), networks("255.255.255.255/32", "0.0.0.0/32"), networks("10.0.0.0/13", "10.1.0.0/16"),
            networks("fd00:10:244::/48"), networks("fd00::/9", "fd80::/9"), networks("::/0"), networks("fd00::1/128"),
        ])
    func podNetworks(networks: [IPNetwork]) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let configuration = DataplaneConfiguration(localTraffic: .networks(networks))
        #expect(try await namespace.difference([route()], configuration) > 0)
        #expect(try await namespace.difference([route()], configuration) == 0)
        let change = try await namespace.difference([route()], DataplaneConfiguration())
        #expect((change > 0) == !networks.isEmpty)
        #expect(try await namespace.difference([route()], DataplaneConfiguration()) == 0)
    }

    @Test("source ranges of every form are read back as written")
    func sourceRanges() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let ranges: [(IPFamily, [IPNetwork])] = [
            (.ipv4, networks("0.0.0.0/0")), (.ipv4, networks("0.0.0.0/1", "128.0.0.0/1")),
            (.ipv4, networks("10.0.0.0/9", "10.128.0.0/9", "255.255.255.255/32", "192.0.2.1/32")),
            (.ipv4, []),
            (.ipv6, networks("::/0")), (.ipv6, networks("2001:db8::/32", "2001:db9::/32", "fd00::1/128")),
        ]
        let routes = ranges.enumerated().map { index, range in
            route("s\(index)", range.0, [.loadBalancer(range.0.external(index))], sources: range.1)
        }
        #expect(try await namespace.difference(routes) > 0)
        #expect(try await namespace.difference(routes) == 0)
    }

    @Test("a Service with the longest possible name is read back")
    func longName() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let long = String(repeating: "x", count: 63)
        let name = ServicePortName(service: NamespacedName(namespace: long, name: long), port: "http")
        var route = route()
        route.key = RouteKey(name: name, family: .ipv4)
        #expect(try await namespace.difference([route]) > 0)
        #expect(try await namespace.difference([route]) == 0)
    }

    @Test(
        "only the difference is written after others' changes", arguments: Damage.all)
    func difference(damage: Damage) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let routes = SmallCluster.routes
        #expect(try await namespace.difference(routes) > 0)
        let before = try await namespace.listing()
        try await damage.inflict(in: namespace)
        let messages = try await namespace.difference(routes)
        #expect(damage.messages.contains(messages), "\(messages)")
        #expect(try await namespace.listing() == before)
        #expect(try await namespace.difference(routes) == 0)
    }

    @Test("a restart applies what has changed meanwhile")
    func changedMeanwhile() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let before = [
            route(pods: [1, 2, 3], affinity: 60), route("gone", .ipv4, [.clusterIP(ip("10.96.0.2"))], affinity: 60),
        ]
        let after = [route(pods: [2, 3, 4], affinity: 60)]
        #expect(try await namespace.difference(before) > 0)
        #expect(try await namespace.difference(after) > 0)
        #expect(try await !namespace.run("nft", "list", "ruleset").contains(before[1].sticky.name))
        #expect(try await namespace.difference(after) == 0)
    }

    @Test("excess classes are removed with their chains, and the kernel accepts that")
    func surplusClasses() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, _ in
            _ = try kernel.synchronize([route(pods: [1])])
            for count in 1...150 { _ = try kernel.apply(.set(route(pods: Array(1...count)))) }
            #expect(kernel.families.allSatisfy { !$0.state.keepsAllClasses })
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        let chains = try await namespace.run("nft", "list", "chains", "ip").split(separator: "\n")
        #expect(chains.count { $0.contains("chain pick-") } <= 66)
    }

    @Test("unused addresses in Service networks are refused, and changes followed")
    func serviceNetworks() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let snapshot = RoutingSnapshot(routes: [route()], serviceNetworks: networks("10.96.0.0/12"))
        #expect(try await namespace.difference(snapshot) > 0)
        try await namespace.program { kernel, _ in
            let restart = try kernel.synchronize(snapshot)
            #expect(restart.messages == 0)
            let change = RoutingChange(serviceNetworks: networks("10.96.0.0/12", "10.112.0.0/16"))
            #expect(try kernel.apply(change).messages == 4)
            #expect(try kernel.apply(change).messages == 0)
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        let rules = try await namespace.run("nft", "list", "chain", "ip", "servicelet", "unserved")
        #expect(rules.contains("ip daddr 10.112.0.0/16 goto refuse"))
    }

    @Test("clean-up removes our tables and no other")
    func cleanUp() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.nft("add table ip other; add table inet servicelet")
        #expect(try await namespace.difference(SmallCluster.routes) > 0)
        try await namespace.cleanUp(.ours)
        #expect(
            try await namespace.run("nft", "list", "tables") == "table ip other\ntable inet servicelet\n")
        try await namespace.cleanUp(.ours)
    }
}
