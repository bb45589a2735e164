import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The rules' lifecycle: how other tools see them, and how they are added, changed and removed.
@Suite("Lifecycle of a proxy", .serialized)
struct ProxyLifecycleTests {
    let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "03-nodeport-three"))
    let clusterIP = SocketAddress("10.108.6.217", 80)
    let endpoints = ["10.244.0.176", "10.244.0.177", "10.244.1.191"].map { SocketAddress($0, 80) }

    @Test("nft lists what we program, as text and as JSON")
    func listing() async throws {
        let cluster = try await Cluster()
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects), on: cluster.node)
        let ruleset = try await cluster.node.run("nft", "list", "ruleset")
        #expect(ruleset.contains("table ip servicelet {"))
        #expect(ruleset.contains("table ip6 servicelet {"))
        #expect(ruleset.contains(clusterIP.ip))
        let json = try JSONSerialization.jsonObject(
            with: Data(try await cluster.node.run("nft", "-j", "list", "ruleset").utf8))
        #expect((json as? [String: Any])?["nftables"] is [Any])
        try await proxy.stop()
    }

    @Test("SIGTERM ends the proxy and leaves the rules; cleanup removes them")
    func endAndCleanup() async throws {
        let cluster = try await Cluster()
        for endpoint in endpoints { try await cluster.serve(endpoint) }
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects), on: cluster.node)
        try await proxy.stop()
        #expect(try await cluster.node.run("nft", "list", "tables").contains("table ip servicelet"))
        #expect(try await cluster.pod.connect(to: clusterIP).server != nil)
        try await cluster.node.run(Servicelet.binary(), "cleanup")
        #expect(try await cluster.node.run("nft", "list", "tables").isEmpty)
        #expect(try await cluster.pod.connect(to: clusterIP, timeout: .milliseconds(500)) == .noAnswer)
    }

    @Test("cleanup leaves other tables alone")
    func foreignTables() async throws {
        let cluster = try await Cluster()
        try await cluster.node.run("nft", "add", "table", "ip", "theirs")
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects), on: cluster.node)
        try await proxy.stop()
        try await cluster.node.run(Servicelet.binary(), "cleanup")
        #expect(try await cluster.node.run("nft", "list", "tables") == "table ip theirs\n")
    }

    @Test("a removed endpoint gets no new connection, and no connection fails meanwhile")
    func endpointRemoval() async throws {
        let cluster = try await Cluster()
        for endpoint in endpoints { try await cluster.serve(endpoint) }
        let manifests = try TemporaryFolder()
        let objects = String(decoding: try Data(contentsOf: scenario.objects), as: UTF8.self)
        try manifests.write(objects, to: "objects.json")
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: manifests.url), on: cluster.node)
        let before = try await steadyConnections(cluster.pod) { Set($0.suffix(50)) == Set(endpoints) }
        #expect(before.count >= endpoints.count)

        let removed = endpoints[2]
        try manifests.write(try removing(removed.ip, from: objects), to: "objects.json")
        // One of three is missed a hundred times in a row once in 10¹⁷ times.
        let after = try await steadyConnections(cluster.pod) { $0.count >= 100 && !$0.suffix(100).contains(removed) }
        #expect(Set(after.suffix(100)) == Set(endpoints.dropLast()))
        try await proxy.stop()
    }

    /// Connects repeatedly until `isEnough` of the servers that answered; throws if a connection is not answered.
    private func steadyConnections(
        _ client: Client, until isEnough: ([SocketAddress]) -> Bool
    ) async throws -> [SocketAddress] {
        let deadline = ContinuousClock.now + .patience
        var servers: [SocketAddress] = []
        while !isEnough(servers) {
            servers.append(try #require(try await client.connect(to: clusterIP).server))
            try #require(ContinuousClock.now < deadline, "the traffic did not move within 20 s")
        }
        return servers
    }

    /// The List without an endpoint of its EndpointSlice.
    private func removing(_ ip: String, from list: String) throws -> String {
        var list = try #require(try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [String: Any])
        let items = try #require(list["items"] as? [[String: Any]])
        list["items"] = items.map { item in
            var item = item
            if let endpoints = item["endpoints"] as? [[String: Any]] {
                item["endpoints"] = endpoints.filter { $0["addresses"] as? [String] != [ip] }
            }
            return item
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: list), as: UTF8.self)
    }
}
