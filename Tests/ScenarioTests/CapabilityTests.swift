import ChildProcesses
import LabKit
import Testing

/// docs/deploy.md says which capabilities the modes need. Each is dropped here in turn.
@Suite("Capabilities", .serialized)
struct CapabilityTests {
    private let web = ServiceManifest(endpoints: ["10.244.0.7", "10.244.1.9"])

    /// The program with exactly these capabilities.
    private func command(_ folder: TemporaryFolder, mode: String, _ capabilities: String) throws -> [String] {
        ["setpriv", "--bounding-set", capabilities, "--inh-caps=-all", "--"]
            + (try Servicelet.proxy(manifests: folder.url, mode: mode))
    }

    @Test("NET_ADMIN is enough", arguments: ["nftables", "iptables"])
    func enough(mode: String) async throws {
        let cluster = try await Cluster()
        for ip in web.endpoints { try await cluster.serve(SocketAddress(ip, 80)) }
        let folder = try TemporaryFolder()
        try folder.write(web.yaml, to: "web.yaml")
        let proxy = try await ProxyProcess(
            command(folder, mode: mode, "-all,+net_admin"), on: cluster.node)
        #expect(try await cluster.pod.connect(to: web.frontend()).server != nil)
        var fewer = web
        fewer.endpoints.removeLast()
        try folder.write(fewer.yaml, to: "web.yaml")
        let deadline = ContinuousClock.now + .patience
        while try await Set(cluster.pod.connect(60, to: web.frontend()).map(\.server)) != Set(fewer.servers()) {
            try #require(ContinuousClock.now < deadline, "the change did not take effect\n\(proxy.log)")
        }
        try await proxy.stop()
    }

    @Test("without NET_ADMIN it exits, and says what is missing", arguments: ["nftables", "iptables"])
    func missing(mode: String) async throws {
        let cluster = try await Cluster()
        let folder = try TemporaryFolder()
        try folder.write(web.yaml, to: "web.yaml")
        let process = try await cluster.node.spawn(command(folder, mode: mode, "-net_admin"))
        #expect(try await process.exit(within: .patience) == .code(1), "\(process.errors)")
        #expect(process.errors.contains("CAP_NET_ADMIN"), "\(process.errors)")
    }
}
