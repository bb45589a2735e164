import Dataplane
import InternetAddresses
import LabKit
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

extension ServicePortRoute {
    /// The number of its list of all backends.
    var sticky: StickyNumber { StickyNumber(preferredBy: StickyList.name(key, .cluster)) }
}

extension NetworkNamespace {
    /// Makes the kernel remember a client, as a packet would.
    func remember(client: IPAddress, _ route: ServicePortRoute, slot: Int) async throws {
        let family = client.family.nftName
        try await nft(
            "add element \(family) servicelet \(route.sticky.affinity.name) "
                + "{ \(client) timeout 1h : 0:\(String(slot, radix: 16)) }")
    }

    /// The clients that the kernel remembers.
    func remembered(_ route: ServicePortRoute) throws -> Set<IPAddress> {
        try program { kernel, _ in
            var clients: Set<IPAddress> = []
            let family = route.key.family
            try kernel.link.connection.forEachElement(of: route.sticky.affinity.name, in: family.table) { element in
                var key = element.key
                clients.insert(key.address(family))
            }
            return clients
        }
    }
}

/// Clients stay with their backends. Needs root.
@Suite("Session affinity", .serialized, .timeLimit(.minutes(10)))
struct AffinityTests {
    @Test("a restart keeps remembered clients", arguments: IPFamily.allCases)
    func restart(family: IPFamily) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let web = route("web", family, affinity: 10800)
        #expect(try await namespace.difference([web]) > 0)
        for pod in 1...3 { try await namespace.remember(client: family.pod(100 + pod), web, slot: pod - 1) }
        #expect(try await namespace.difference([web]) == 0)
        #expect(try await namespace.difference([route("web", family, pods: [2, 3], affinity: 10800)]) > 0)
        #expect(try await namespace.remembered(web).count == 3)
        let listing = try await namespace.run("nft", "list", "map", family.nftName, "servicelet", "endpoints")
        #expect(!listing.contains(": \(family.pod(1)) ."))
    }

    @Test("removing a backend reads and deletes nothing, however many clients are remembered")
    func manyClients() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let web = route(affinity: 10800)
        #expect(try await namespace.difference([web]) > 0)
        let clients = (0..<5000).map { "10.245.\($0 / 250).\($0 % 250) timeout 1h : 0:0" }
        try await namespace.nft(
            "add element ip servicelet \(web.sticky.affinity.name) { \(clients.joined(separator: ", ")) }")
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize([web])
            let before = transport.batches.count
            let report = try kernel.apply(.set(route(pods: [2, 3], affinity: 10800)))
            #expect(report.messages == 2)
            #expect(transport.batches.count == before + 1)
        }
        #expect(try await namespace.remembered(web).count == 5000)
    }

    @Test("each Service has its own map of clients, with its timeout")
    func timeouts() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        let other = route("other", .ipv4, [.clusterIP(ip("10.96.0.2"))], affinity: 86400)
        _ = try await dataplane.synchronize(RoutingSnapshot(routes: [route(affinity: 60), other]))
        func rules(_ number: StickyNumber) async throws -> String {
            try await namespace.run("nft", "list", "chain", "ip", "servicelet", number.chain.name)
        }
        let web = route(affinity: 60).sticky
        #expect(try await rules(web).contains("update @\(web.affinity.name) { ip saddr timeout 1m :"))
        #expect(try await rules(other.sticky).contains("update @\(other.sticky.affinity.name) { ip saddr timeout 1d :"))
        _ = try await dataplane.apply(.set(route(affinity: 90)))
        #expect(try await rules(web).contains("timeout 1m30s"))
    }

    @Test("connections stay with one backend until it is removed, and then with another")
    func connections() async throws {
        let cluster = try await Cluster()
        for number in 11...14 { try await cluster.serve(SocketAddress("10.244.0.\(number)", 8080)) }
        let all = [11, 12, 13, 14]
        let service = SocketAddress("10.96.0.1", 80)
        let dataplane = try await cluster.node.dataplane()
        _ = try await dataplane.synchronize(RoutingSnapshot(routes: [route(pods: all, local: all, affinity: 60)]))
        let known = try await Set(cluster.pod.connect(10, to: service).map(\.server))
        #expect(known.count == 1)
        let stays = try #require(known.compactMap(\.self).first)
        let rest = all.filter { stays.ip != "10.244.0.\($0)" }
        _ = try await dataplane.apply(.set(route(pods: rest, local: rest, affinity: 60)))
        let next = try await Set(cluster.pod.connect(10, to: service).map(\.server))
        #expect(next.count == 1)
        #expect(!next.contains(stays) && !next.contains(nil))
    }
}
