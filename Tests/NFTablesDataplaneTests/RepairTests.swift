import Dataplane
import InternetAddresses
import LabKit
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// Changes of our table by others. Needs root.
@Suite("Repair", .serialized, .timeLimit(.minutes(10)))
struct RepairTests {
    private func served() async throws -> (NetworkNamespace, NFTablesDataplane) {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize(RoutingSnapshot(routes: SmallCluster.routes))
        return (namespace, dataplane)
    }

    @Test("damage is repaired and reported, with the process that caused it", arguments: Damage.all)
    func damage(_ damage: Damage) async throws {
        let (namespace, dataplane) = try await served()
        let before = try await namespace.listing()
        async let repaired = dataplane.repair()
        try await damage.inflict(in: namespace)
        let report = try #require(try await repaired)
        #expect(Set(report.damage).isSuperset(of: damage.report), "\(report.damage)")
        #expect(report.culprit?.hasPrefix("nft (pid ") == true, "\(report.culprit ?? "nobody")")
        #expect(report.written.refusals.isEmpty)
        #expect(damage.messages.contains(report.written.messages), "\(report.written)")
        #expect(try await namespace.listing() == before)
        let difference = try await namespace.difference(SmallCluster.routes)
        #expect(difference == 0)
    }

    @Test("a deleted rule is restored")
    func rule() async throws {
        let (namespace, dataplane) = try await served()
        let before = try await namespace.listing()
        async let repaired = dataplane.repair()
        try await Damage.deleteRule(of: "source-nat", in: namespace)
        #expect(try await repaired?.damage == ["rules of chain source-nat in table ip servicelet"])
        #expect(try await namespace.listing() == before)
    }

    @Test("others' changes to their own tables, and changes without effect, are ignored")
    func others() async throws {
        let (namespace, dataplane) = try await served()
        async let repaired = dataplane.repair()
        try await namespace.nft(
            "add table ip other; add chain ip other serve; add table inet servicelet")
        try await namespace.nft("add element ip servicelet services { 10.96.0.1 . tcp . 80 : 5c06:3 }")
        try await namespace.nft("delete element ip servicelet services { 10.96.0.1 . tcp . 80 }")
        #expect(try await repaired?.damage == ["1 element of map services in table ip servicelet"])
        #expect(try await namespace.run("nft", "list", "table", "ip", "other").contains("serve"))
    }

    @Test("our own changes are not damage")
    func ownChanges() async throws {
        let (namespace, dataplane) = try await served()
        async let repaired = dataplane.repair()
        for pods in [[1], [1, 2], [], [1, 2, 3]] {
            _ = try await dataplane.apply(.set(route(pods: pods, local: [1])))
        }
        try await namespace.nft("flush set ip6 servicelet hairpin")
        let report = try #require(try await repaired)
        #expect(report.damage == ["2 elements of set hairpin in table ip6 servicelet"])
    }

    @Test("changes before we began to listen are detected by the count of transactions")
    func beforeListening() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, transport in
            _ = try kernel.synchronize(SmallCluster.routes)
            _ = try kernel.apply(.set(route("more", .ipv4, [.clusterIP(ip("10.96.0.9"))])))
            #expect(try kernel.link.isAlone())
            var other = kernel.link.connection.begin()
            other.add(Chain("odd"), to: IPFamily.ipv4.table)
            try kernel.link.connection.commit(other)
            #expect(try !kernel.link.isAlone())
        }
    }

    @Test("a change is applied even if the table has just been deleted")
    func changeAfterDamage() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, _ in
            _ = try kernel.synchronize([route(affinity: 60)])
            var other = kernel.link.connection.begin()
            other.delete(IPFamily.ipv4.table)
            try kernel.link.connection.commit(other)
            #expect(try kernel.apply(.set(route(pods: [1, 2], affinity: 60))).refusals.isEmpty)
            #expect(try kernel.repair(culprit: nil) == nil)
        }
        #expect(try await namespace.difference([route(pods: [1, 2], affinity: 60)]) == 0)
    }
}
