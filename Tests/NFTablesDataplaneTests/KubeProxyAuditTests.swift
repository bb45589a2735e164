import Dataplane
import Foundation
import InternetAddresses
import KubernetesAPI
import LabKit
import ServiceRouting
import TestKit
import Testing

@testable import NFTablesDataplane

/// What kube-proxy 1.36 programs in nftables mode, recorded, loaded into a kernel, and compared with the objects that
/// it was given. Needs root.
@Suite("Audit of kube-proxy's tables", .serialized)
struct KubeProxyAuditTests {
    private func recording(_ name: String) throws -> URL {
        let folder = try #require(Bundle.module.resourceURL)
        return folder.appending(path: "Recordings/\(name)")
    }

    private func snapshot() throws -> RoutingSnapshot {
        let data = try Data(contentsOf: recording("kube-proxy-objects.json"))
        let list = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        var changes: [ObjectChange] = []
        for item in list?["items"] as? [[String: Any]] ?? [] {
            let kind = try #require((item["kind"] as? String).flatMap(ObjectKind.init))
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: item))
            changes.append(.set(try WireFormat.json.readObject(bytes, of: kind)))
        }
        var table = RoutingTable(configuration: RoutingConfiguration(nodeName: "n1"))
        _ = table.apply(changes)
        return table.snapshot
    }

    private func namespace() async throws -> NetworkNamespace {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.run("nft", "-f", try recording("kube-proxy.nft").path)
        return namespace
    }

    private func audit(
        _ snapshot: RoutingSnapshot, in namespace: NetworkNamespace, isWhole: Bool
    ) async throws -> KernelAudit {
        let scope = AuditScope(isWhole: isWhole, prefersKubeProxy: true)
        return try await namespace.audit(snapshot, scope, .lab)
    }

    @Test("reads as what the objects ask for, whole and Service by Service", arguments: [true, false])
    func recorded(isWhole: Bool) async throws {
        let namespace = try await namespace()
        let snapshot = try snapshot()
        let all = try await audit(snapshot, in: namespace, isWhole: isWhole)
        #expect(all.isProgrammed && all.isKubeProxys)
        #expect(all.discrepancies == [] && all.damage == [])
        #expect(all.frontendCount == 6)
        for route in snapshot.routes {
            let one = try await audit(RoutingSnapshot(routes: [route]), in: namespace, isWhole: false)
            #expect(one.discrepancies == [] && one.damage == [], "\(route.key)")
            #expect(one.frontendCount == route.frontends.count)
        }
    }

    static let damages: [(command: String, damage: String?)] = [
        ("delete element ip kube-proxy service-ips { SERVICE . tcp . PORT }", nil),
        ("flush chain ip kube-proxy CHAIN", nil),
        ("add rule ip kube-proxy CHAIN return; delete rule ip kube-proxy CHAIN handle HANDLE", nil),
        ("flush chain ip kube-proxy services", "chain services in table ip kube-proxy"),
        ("flush chain ip kube-proxy nat-prerouting", "chain nat-prerouting in table ip kube-proxy"),
    ]

    @Test("damage is noticed", arguments: damages, [true, false])
    func damage(_ damage: (command: String, damage: String?), isWhole: Bool) async throws {
        let namespace = try await namespace()
        let whole = try snapshot()
        let route = try #require(whole.routes.first { $0.key.name.service.name == "svc-2" })
        let frontend = try #require(route.frontends.first)
        let address = try #require(frontend.address)
        let chain = "service-ZE2DPCFI-default/svc-2/tcp/http"
        let listing = try await namespace.run("nft", "-a", "list", "chain", "ip", "kube-proxy", chain)
        let handle = listing.split(separator: "\n").compactMap { line in
            line.contains("dnat") ? line.split(separator: " ").last.map(String.init) : nil
        }.first
        let command = damage.command.replacing("SERVICE", with: "\(address)")
            .replacing("PORT", with: "\(frontend.port)").replacing("CHAIN", with: chain)
            .replacing("HANDLE", with: try #require(handle))
        for part in command.split(separator: ";") { try await namespace.run("nft", String(part)) }
        let snapshot = isWhole ? whole : RoutingSnapshot(routes: [route])
        let found = try await audit(snapshot, in: namespace, isWhole: isWhole)
        if let text = damage.damage {
            #expect(found.damage.map(\.text) == [text] && found.discrepancies == [])
        } else {
            #expect(found.discrepancies.map { $0.expected?.place.address } == [address])
        }
        // Another Service is not concerned.
        let other = try #require(whole.routes.first { $0.key.name.service.name == "svc-1" })
        let rest = try await audit(RoutingSnapshot(routes: [other]), in: namespace, isWhole: false)
        #expect(rest.discrepancies == [])
    }
}
