import LabKit
import Testing

/// Clients that keep their source port: the kernel remembers where their connection goes, so the proxy
/// must make it forget.
@Suite("UDP clients that keep their port", .serialized)
struct DatagramTests {
    static let ways = ["clusterIP from pod", "clusterIP from node", "nodePort from outside"]
    static let modes = ["nftables", "iptables"]
    /// Also modes that serve only while the proxy runs.
    static let allModes = modes + ["userspace"]
    let first = "10.244.0.7"
    let second = "10.244.1.8"

    @Test("go to another endpoint when theirs is removed", arguments: ways, allModes)
    func endpointRemoved(way: String, mode: String) async throws {
        var dns = service([first])
        let lab = try await ProxyLab(dns, spares: [second], mode: mode)
        let client = try await open(way, in: lab)
        #expect(try await client.ask().server?.ip == first)

        dns.endpoints = [second]
        try lab.apply(dns)
        try await lab.eventually("the client is served by \(second)") {
            try await client.attempt().server?.ip == second
        }
        for _ in 0..<20 { #expect(try await client.ask().server?.ip == second) }
        try await lab.proxy.stop()
    }

    @Test("are refused without endpoints, and served by the first one", arguments: ways, allModes)
    func firstEndpoint(way: String, mode: String) async throws {
        var dns = service([])
        let lab = try await ProxyLab(dns, spares: [first], mode: mode)
        let client = try await open(way, in: lab)
        for _ in 0..<3 { #expect(try await client.ask() == .refused) }

        dns.endpoints = [first]
        try lab.apply(dns)
        try await lab.eventually("the client is served") { try await client.attempt().server?.ip == first }
        try await lab.proxy.stop()
    }

    @Test("are refused once the last endpoint is gone", arguments: ways, allModes)
    func lastEndpoint(way: String, mode: String) async throws {
        var dns = service([first])
        let lab = try await ProxyLab(dns, mode: mode)
        let client = try await open(way, in: lab)
        #expect(try await client.ask().server?.ip == first)

        dns.endpoints = []
        try lab.apply(dns)
        try await lab.eventually("the client is refused") { try await client.attempt() == .refused }
        for _ in 0..<5 { #expect(try await client.ask() == .refused) }
        try await lab.proxy.stop()
    }

    @Test("go to another endpoint when theirs was removed while no proxy ran", arguments: ways, modes)
    func removedMeanwhile(way: String, mode: String) async throws {
        var dns = service([first])
        let lab = try await ProxyLab(dns, spares: [second], mode: mode)
        let client = try await open(way, in: lab)
        #expect(try await client.ask().server?.ip == first)

        try await lab.proxy.kill()
        dns.endpoints = [second]
        try lab.apply(dns)
        #expect(try await client.ask().server?.ip == first)
        try await lab.startAgain()
        try await lab.eventually("the client is served by \(second)") {
            try await client.attempt().server?.ip == second
        }
        try await lab.proxy.stop()
    }

    @Test("are no longer served once their Service is gone", arguments: ways, allModes)
    func serviceRemoved(way: String, mode: String) async throws {
        let dns = service([first])
        let lab = try await ProxyLab(dns, mode: mode)
        let client = try await open(way, in: lab)
        #expect(try await client.ask().server?.ip == first)
        try lab.manifests.remove("dns.yaml")
        try await lab.eventually("nobody answers") {
            // Answers come at once, but not on a busy machine.
            try await client.ask(timeout: .seconds(2)).server == nil
        }
        for _ in 0..<3 { #expect(try await client.ask(timeout: .milliseconds(100)).server == nil) }
        try await lab.proxy.stop()
    }

    @Test("stay where they are while other endpoints are added and removed", arguments: allModes)
    func others(mode: String) async throws {
        var dns = service([first])
        let lab = try await ProxyLab(dns, spares: [second], mode: mode)
        let client = try await open(Self.ways[0], in: lab)
        #expect(try await client.ask().server?.ip == first)
        for endpoints in [[first, second], [first], [first, second]] {
            dns.endpoints = endpoints
            try lab.apply(dns)
            for _ in 0..<100 { #expect(try await client.ask().server?.ip == first) }
        }
        try await lab.proxy.stop()
    }

    @Test("carried by the process itself keep their connection tracking entry whichever endpoints there are")
    func carried() async throws {
        var dns = service([first, second])
        let lab = try await ProxyLab(dns, mode: "userspace")
        let clients = [try await open(Self.ways[0], in: lab), try await open(Self.ways[2], in: lab)]
        for client in clients { #expect(try await client.ask().server != nil) }
        let passes = try await conntrack("sync_duration_seconds_count", in: lab)
        dns.endpoints = [first]
        try lab.apply(dns)
        try await lab.eventually("entries are checked twice") {
            try await conntrack("sync_duration_seconds_count", in: lab) >= passes + 2
        }
        #expect(try await conntrack("deleted_entries_total", in: lab) == 0)
        try await lab.proxy.stop()
    }

    /// A metric of the removal of stale flows, over IPv4.
    private func conntrack(_ name: String, in lab: ProxyLab) async throws -> Int {
        let metrics = try await lab.cluster.node.run("curl", "--silent", "http://127.0.0.1:10249/metrics")
        let line = metrics.split(separator: "\n").first {
            $0.hasPrefix("kubeproxy_conntrack_reconciler_\(name){") && $0.contains("IPv4")
        }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(metrics)")
    }

    private func service(_ endpoints: [String]) -> ServiceManifest {
        ServiceManifest(
            name: "dns", transport: .udp, ports: [.init(number: 53, nodePort: 30053)], endpoints: endpoints)
    }

    private func open(_ way: String, in lab: ProxyLab) async throws -> DatagramClient {
        let clusterIP = service([]).frontend()
        return switch way {
        case "clusterIP from pod": try await lab.cluster.pod.datagramClient(to: clusterIP)
        case "clusterIP from node": try await lab.cluster.host.datagramClient(to: clusterIP)
        default: try await lab.cluster.outsider.datagramClient(to: SocketAddress(ClusterAddress.node, 30053))
        }
    }
}

extension DatagramClient {
    /// A question that may be lost while something changes.
    fileprivate func attempt() async throws -> ConnectionOutcome { try await ask(timeout: .milliseconds(500)) }
}
