import LabKit
import ServiceRouting
import Testing

@testable import NFTablesDataplane

@Suite("Leftovers of others", .serialized, .timeLimit(.minutes(10)))
struct LeftoverTests {
    @Test("the tables of an earlier kube-proxy can be removed, and others stay")
    func kubeProxy() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.nft(
            """
            add table ip kube-proxy
            add chain ip kube-proxy services { type nat hook prerouting priority -100; }
            add rule ip kube-proxy services ip daddr 10.96.0.1 dnat to 10.244.0.99
            add table ip6 kube-proxy
            add table ip theirs
            """)
        let dataplane = try await namespace.dataplane()
        _ = try await dataplane.synchronize(RoutingSnapshot(routes: []))
        try await namespace.cleanUp(.kubeProxys)
        let tables = try await namespace.run("nft", "list", "tables").split(separator: "\n").sorted()
        #expect(tables == ["table ip servicelet", "table ip theirs", "table ip6 servicelet"])
    }
}

extension NetworkNamespace {
    /// Removes tables in the namespace.
    func cleanUp(_ tables: NFTablesDataplane.Tables) throws {
        try NFTablesDataplane.cleanUp(tables, logger: .silent)
    }
}
