import Dataplane
import InternetAddresses
import KubernetesAPI
import LabKit
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// What a start finds and writes. Needs root.
@Suite("Synchronize with the kernel", .serialized, .timeLimit(.minutes(1)))
struct SynchronizeTests {
    @Test(
        "after random changes a restart finds nothing to write, and nft lists all of it",
        arguments: 0..<3)
    func restart(seed: UInt64) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize([], nodeAddresses: [])
        var worlds = IPFamily.allCases.map { RandomRoutes($0, seed: seed) }
        for _ in 0..<40 {
            var change = RoutingChange()
            for index in worlds.indices {
                let part = worlds[index].change()
                change.entries += part.entries
                if part.nodeAddresses != nil { change.nodeAddresses = worlds.flatMap(\.nodeAddresses) }
            }
            let report = try await dataplane.apply(change)
            #expect(report.refusals.isEmpty)
        }
        let routes = worlds.flatMap(\.routes.values).shuffled()
        #expect(
            try await namespace.difference(routes, nodeAddresses: worlds.flatMap(\.nodeAddresses)) == 0)

        let text = try await namespace.run("nft", "list", "ruleset")
        let json = try await namespace.run("nft", "-j", "list", "ruleset")
        for name in Layout.sets.map(\.name) + Layout.chains.map(\.name) {
            #expect(text.contains(name))
            #expect(json.contains("\"\(name)\""))
        }
    }

    @Test(
        "frontends that several Services ask for change hands, and the kernel follows", arguments: 0..<3
    )
    func conflicts(seed: UInt64) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let seed = seed + 100
        try await namespace.program { kernel, transport in
            var world = RandomRoutes(.ipv4, seed: seed, conflicts: true)
            _ = try kernel.synchronize([], nodeAddresses: [])
            for _ in 0..<60 {
                let change = world.change()
                let before = transport.batches.count
                let report = try kernel.apply(change)
                // Nothing was refused, so nothing was tried twice.
                #expect(transport.batches.count - before <= (change.nodeAddresses == nil ? 1 : 2))
                #expect(report.refusals.allSatisfy { $0.reason.contains("belongs to") })
            }
            #expect(try kernel.repair(culprit: nil) == nil)
        }
    }

    @Test(
        "pod networks of every form are found again as they were written",
        arguments: PodNetworksTests.examples)
    func podNetworks(networks: [IPNetwork]) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let configuration = DataplaneConfiguration(localTraffic: .networks(networks))
        #expect(try await namespace.difference([], configuration) > 0)
        #expect(try await namespace.difference([], configuration) == 0)
        for network in networks {
            for address in [network.address, network.lastAddress] {
                try await namespace.nft("get element \(network.family.nftName) servicelet pod-networks { \(address) }")
            }
        }
        let change = try await namespace.difference([], DataplaneConfiguration())
        #expect((change > 0) == !networks.isEmpty)
        #expect(try await namespace.difference([], DataplaneConfiguration()) == 0)
    }

    @Test("source ranges of every form are found again as they were written")
    func sourceRanges() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let ranges: [(IPFamily, [IPNetwork])] = [
            (.ipv4, networks("0.0.0.0/0")), (.ipv4, networks("0.0.0.0/1", "128.0.0.0/1")),
            (.ipv4, networks("10.0.0.0/9", "10.128.0.0/9", "255.255.255.255/32", "192.0.2.1/32")),
            (.ipv4, []),
            (.ipv6, networks("::/0")), (.ipv6, networks("2001:db8::/32", "2001:db9::/32", "fd00::1/128")),
        ]
        let routes = ranges.enumerated().map { index, range in
            var route = route(
                "s\(index)", range.0, [.loadBalancer(range.0.external(index))], sources: range.1)
            route.isGuarded = true
            return route
        }
        #expect(try await namespace.difference(routes) > 0)
        #expect(try await namespace.difference(routes) == 0)
    }

    @Test("a Service with the longest name there is is found again")
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
        "only the difference is written to what somebody has altered meanwhile", arguments: Damage.all)
    func difference(damage: Damage) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let routes = SmallCluster.routes
        let nodeAddresses = SmallCluster.nodeAddresses
        #expect(try await namespace.difference(routes, nodeAddresses: nodeAddresses) > 0)
        let before = try await namespace.listing()
        try await damage.inflict(in: namespace)
        let messages = try await namespace.difference(routes, nodeAddresses: nodeAddresses)
        #expect(damage.messages.contains(messages), "\(messages)")
        #expect(try await namespace.listing() == before)
        #expect(try await namespace.difference(routes, nodeAddresses: nodeAddresses) == 0)
    }

    @Test(
        "a restart follows what has happened meanwhile, and forgets clients of backends that have gone")
    func changedMeanwhile() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let before = [
            route(pods: [1, 2, 3], affinity: 60), route("gone", .ipv4, [.clusterIP(ip("10.96.0.2"))]),
        ]
        let after = [route(pods: [2, 3, 4], affinity: 60)]
        #expect(try await namespace.difference(before) > 0)
        try await namespace.remember(client: ip("10.244.9.1"), frontend(ip("10.96.0.1")), slot(1))
        try await namespace.remember(client: ip("10.244.9.2"), frontend(ip("10.96.0.1")), slot(2))
        try await namespace.remember(client: ip("10.244.9.3"), frontend(ip("10.96.0.2")), slot(2))
        #expect(try await namespace.difference(after) > 0)
        #expect(try await namespace.remembered == [ip("10.244.9.2")])
        #expect(try await namespace.difference(after) == 0)
    }

    @Test("clean-up removes our tables and no other")
    func cleanUp() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.nft("add table ip other; add table inet servicelet")
        #expect(try await namespace.difference(SmallCluster.routes) > 0)
        #expect(try await namespace.cleanUp())
        #expect(
            try await namespace.run("nft", "list", "tables") == "table ip other\ntable inet servicelet\n")
        #expect(try await !namespace.cleanUp())
    }
}

extension NetworkNamespace {
    fileprivate func cleanUp() throws -> Bool { try NFTablesDataplane.cleanUp(logger: .silent) }
}
