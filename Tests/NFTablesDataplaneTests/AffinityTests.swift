import InternetAddresses
import LabKit
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

extension NetworkNamespace {
    /// Has the kernel remember a client, as a packet would.
    func remember(client: IPAddress, _ frontend: FrontendKey, _ backend: Slot) async throws {
        let family = client.family.nftName
        try await nft(
            "add element \(family) servicelet affinity "
                + "{ \(client) . \(frontend) timeout 1h : \(backend.address) . \(backend.port) }")
    }

    /// The clients that the kernel remembers.
    var remembered: Set<IPAddress> {
        get throws {
            try program { kernel, _ in
                var clients: Set<IPAddress> = []
                for family in IPFamily.allCases {
                    try kernel.connection.forEachElement(of: Layout.affinity.name, in: family.table) {
                        element in
                        var key = element.key
                        clients.insert(key.address(family))
                    }
                }
                return clients
            }
        }
    }
}

/// Clients that stay with their backend. Needs root.
@Suite("Session affinity", .serialized, .timeLimit(.minutes(1)))
struct AffinityTests {
    @Test(
        "clients of a backend that goes are forgotten at once, others stay",
        arguments: IPFamily.allCases)
    func forgotten(family: IPFamily) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize([route("web", family, affinity: 10800)], nodeAddresses: [])
        let service = frontend(family.service(1))
        for pod in 1...3 {
            try await namespace.remember(client: family.pod(100 + pod), service, slot(pod, family))
        }
        #expect(try await namespace.remembered.count == 3)
        _ = try await dataplane.apply(.set(route("web", family, pods: [2, 3, 4], affinity: 10800)))
        #expect(try await namespace.remembered == [family.pod(102), family.pod(103)])
        let element =
            "get element \(family.nftName) servicelet affinity { \(family.pod(101)) . \(service) }"
        await #expect(throws: LabError.self) { try await namespace.nft(element) }

        _ = try await dataplane.apply(.set(route("web", family, pods: [2, 3, 4])))
        #expect(try await namespace.remembered.isEmpty)
    }

    @Test("each timeout is in its rule, for as long as it is in use")
    func timeouts() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        let other = route("other", .ipv4, [.clusterIP(ip("10.96.0.2"))], affinity: 86400)
        _ = try await dataplane.synchronize([route(affinity: 60), other], nodeAddresses: [])
        let before = try await namespace.run("nft", "list", "chain", "ip", "servicelet", "remember")
        #expect(before.contains("@sticky-60 update @affinity") && before.contains("timeout 1m :"))
        #expect(before.contains("@sticky-86400 update @affinity") && before.contains("timeout 1d :"))
        _ = try await dataplane.apply(.set(route(affinity: 90)))
        let after = try await namespace.run("nft", "list", "chain", "ip", "servicelet", "remember")
        #expect(after.contains("@sticky-90 update") && after.contains("timeout 1m30s"))
        #expect(!after.contains("sticky-60"))
    }

    @Test("connections stay with one backend until it goes, and then with another")
    func connections() async throws {
        let cluster = try await Cluster()
        for number in 11...14 { try await cluster.serve(SocketAddress("10.244.0.\(number)", 8080)) }
        let dataplane = try await cluster.node.dataplane()
        let all = [11, 12, 13, 14]
        _ = try await dataplane.synchronize(
            [route(pods: all, local: all, affinity: 60)], nodeAddresses: [])
        let service = SocketAddress("10.96.0.1", 80)
        let first = try await Set(cluster.pod.connect(10, to: service).map(\.server))
        #expect(!first.contains(nil))
        // Ten at once may all be the first; from then on there is no choice.
        let known = try await Set(cluster.pod.connect(10, to: service).map(\.server))
        #expect(known.count == 1)
        let stays = try #require(known.compactMap(\.self).first)
        let rest = all.filter { stays.ip != "10.244.0.\($0)" }
        _ = try await dataplane.apply(.set(route(pods: rest, local: rest, affinity: 60)))
        _ = try await cluster.pod.connect(to: service)
        let next = try await Set(cluster.pod.connect(10, to: service).map(\.server))
        #expect(next.count == 1)
        #expect(!next.contains(stays) && !next.contains(nil))
    }
}
