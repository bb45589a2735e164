import Dataplane
import InternetAddresses
import LabKit
import Logging
import NFTables
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// Reading back the programmed state, and comparing it with the desired one. Needs root.
@Suite("Audit", .serialized, .timeLimit(.minutes(10)))
struct AuditTests {
    @Test("freshly programmed state has no faults", arguments: 0..<12, IPFamily.allCases)
    func fresh(seed: UInt64, family: IPFamily) async throws {
        var random = RandomRoutes(family, seed: seed)
        for _ in 0..<20 { _ = random.change() }
        let snapshot = random.snapshot
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize(snapshot)
        let audit = try await namespace.audit(snapshot)
        #expect(audit.isProgrammed)
        #expect(audit.discrepancies == [])
        #expect(audit.damage == [])
        // One Service alone reads the same, and what others have is not looked at.
        for route in snapshot.routes {
            let one = RoutingSnapshot(routes: [route], serviceNetworks: snapshot.serviceNetworks)
            let part = try await namespace.audit(one, AuditScope(isWhole: false))
            #expect(part.discrepancies == [] && part.damage == [], "\(route.key)")
            #expect(part.frontendCount == route.frontends.count { $0.address != nil })
        }
        // Without the settings it knows less, and still complains of nothing.
        let blind = try await namespace.audit(snapshot, AuditScope(), nil)
        #expect(blind.discrepancies == [])
        #expect(blind.damage == [])
        // The state also reads as decided.
        let found = try await namespace.inspect()
        #expect(FrontendDiscrepancy.all(found, against: snapshot) == [])
    }

    /// A comment alone does not affect packets.
    static let damages = Damage.all.filter { !"\($0)".contains("comment") }

    @Test("every kind of damage is detected", arguments: damages)
    func damage(_ damage: Damage) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let dataplane = try await namespace.dataplane()
        let snapshot = RoutingSnapshot(routes: SmallCluster.routes)
        _ = try await dataplane.synchronize(snapshot)
        try await damage.inflict(in: namespace)
        let audit = try await namespace.audit(snapshot)
        #expect(!audit.isProgrammed || !audit.discrepancies.isEmpty || !audit.damage.isEmpty, "\(damage)")
        // Those that can be seen in single Services are seen there too.
        var parts: [KernelAudit] = []
        for route in snapshot.routes {
            let one = RoutingSnapshot(routes: [route], serviceNetworks: snapshot.serviceNetworks)
            parts.append(try await namespace.audit(one, AuditScope(isWhole: false)))
        }
        let isForeign =
            audit.discrepancies.allSatisfy { $0.expected == nil } && audit.damage.allSatisfy { $0.places == [] }
        #expect(
            isForeign || parts.contains { !$0.isProgrammed || !$0.discrepancies.isEmpty || !$0.damage.isEmpty },
            "\(damage): \(audit)")
    }

    @Test("if nothing is programmed, it says just that")
    func nothing() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let audit = try await namespace.audit(RoutingSnapshot(routes: SmallCluster.routes))
        #expect(!audit.isProgrammed)
        #expect(audit.damage == [])
    }
}

extension NetworkNamespace {
    func audit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope = AuditScope(), _ configuration: DataplaneConfiguration? = .lab
    ) throws -> KernelAudit {
        try NFTablesDataplane.audit(snapshot, scope, configuration, logger: .silent)
    }

    fileprivate func inspect() throws -> [InspectedFrontend] { try NFTablesDataplane.inspect() }
}
