import Dataplane
import Diagnosis
import Foundation
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

/// Recorded rules of kube-proxy 1.36 in nftables mode, compared with its objects.
@Suite("kube-proxy's tables")
struct KubeProxyListingTests {
    private func recording(_ name: String) throws -> Data {
        let folder = try #require(Bundle.module.resourceURL)
        return try Data(contentsOf: folder.appending(path: "Recordings/\(name)"))
    }

    private func snapshot() throws -> RoutingSnapshot {
        let list = try JSONSerialization.jsonObject(with: try recording("kube-proxy-objects.json")) as? [String: Any]
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

    @Test("read as the state that the objects request")
    func recorded() throws {
        let listing = try KubeProxyListing([UInt8](recording("kube-proxy-nftables.json")), .ipv4)
        #expect(listing.missingChains == [])
        #expect(FrontendDiscrepancy.all(listing.frontends, against: try snapshot()) == [])
        #expect(listing.frontends.count == 6)
    }

    @Test("a missing element and a missing backend are detected")
    func damage() throws {
        let text = String(decoding: try recording("kube-proxy-nftables.json"), as: UTF8.self)
        let snapshot = try snapshot()
        let route = try #require(snapshot.routes.first { $0.key.name.service.name == "svc-2" })
        let backend = try #require(route.clusterBackends.first)
        let altered = text.replacing("\"\(backend.address)\"", with: "\"10.0.0.99\"")
        let listing = try KubeProxyListing(Array(altered.utf8), .ipv4)
        let found = FrontendDiscrepancy.all(listing.frontends, against: snapshot)
        #expect(found.count == 1)
        #expect(found.first?.expected?.place.address == route.frontends.first?.address)
    }
}
