import LabKit
import Testing

/// The counts of clients' connections in `/metrics`. For ipvs mode see VirtualMachineTests.
@Suite("Connections are counted", .serialized)
struct ConnectionCountTests {
    static let modes = ["nftables", "iptables", "userspace"]

    private var web: ServiceManifest {
        var web = ServiceManifest(endpoints: ["10.244.0.7", "10.244.1.9"])
        web.ports[0].nodePort = 30080
        return web
    }

    private func metrics(_ lab: ProxyLab) async throws -> [Substring] {
        try await lab.cluster.node.run("curl", "--silent", "--fail", "http://127.0.0.1:10249/metrics").split(
            separator: "\n")
    }

    /// Waits until this many connections to the Service `name` have been counted.
    private func expectCount(_ count: Int, of name: String = "web", _ lab: ProxyLab) async throws {
        let labels = #"namespace="default",service="\#(name)",port="p80",protocol="TCP",ip_family="IPv4""#
        let line = "servicelet_service_connections_total{\(labels)} \(count)"
        try await lab.eventually(line) { try await metrics(lab).contains { $0 == line } }
    }

    @Test("for each Service, at all its addresses, whatever its endpoints do", arguments: modes)
    func counts(mode: String) async throws {
        let lab = try await ProxyLab(web, mode: mode, arguments: ["--count-connections"])
        try await expectCount(0, lab)
        _ = try await lab.cluster.pod.connect(30, to: web.frontend())
        _ = try await lab.cluster.host.connect(5, to: web.frontend())
        _ = try await lab.cluster.outsider.connect(20, to: SocketAddress(ClusterAddress.node, 30080))
        try await expectCount(55, lab)

        var fewer = web
        fewer.endpoints.removeLast()
        try lab.apply(fewer)
        try await lab.eventually("the change is programmed") {
            try await metrics(lab).contains("kubeproxy_sync_proxy_rules_endpoint_changes_total 2")
        }
        _ = try await lab.cluster.pod.connect(10, to: web.frontend())
        try await expectCount(65, lab)

        // Connections to a pod itself belong to no Service.
        _ = try await lab.cluster.remotePod.connect(5, to: SocketAddress("10.244.0.7", 80))
        let other = ServiceManifest(name: "other", clusterIP: "10.96.0.6", endpoints: ["10.244.0.7"])
        try lab.apply(other)
        try await expectCount(0, of: "other", lab)
        try await expectCount(65, lab)
        try await lab.proxy.stop()
        // The counts are gone with the process.
        #expect(try await !lab.cluster.node.run("nft", "list", "tables").contains("servicelet-connections"))
    }

    @Test("unless it is not requested", arguments: modes)
    func off(mode: String) async throws {
        let lab = try await ProxyLab(web, mode: mode)
        #expect(try await metrics(lab).allSatisfy { !$0.contains("servicelet_service_connections_total") })
        #expect(try await !lab.cluster.node.run("nft", "list", "tables").contains("servicelet-connections"))
        try await lab.proxy.stop()
    }
}
