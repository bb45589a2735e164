import LabKit
import Testing

@Suite("Session affinity by client address", .serialized)
struct AffinityTests {
    static let modes = ["nftables", "iptables", "userspace"]
    let endpoints = ["10.244.0.7", "10.244.0.8", "10.244.1.9", "10.244.1.10"]

    @Test("a client stays with its endpoint, separately on each port", arguments: modes)
    func sticky(mode: String) async throws {
        let web = ServiceManifest(
            ports: [.init(number: 80), .init(number: 81)], affinitySeconds: 600, endpoints: endpoints)
        let lab = try await ProxyLab(web, mode: mode)
        var pairs: Set<[String]> = []
        for client in try await manyClients(lab) {
            let first = try await client.server(web.frontend(0))
            let second = try await client.server(web.frontend(1))
            pairs.insert([first, second])
            for _ in 0..<20 {
                #expect(try await client.server(web.frontend(0)) == first)
                #expect(try await client.server(web.frontend(1)) == second)
            }
        }
        // Sixteen clients all choose alike, or the same for both ports, less than once in 10⁹ times.
        #expect(Set(pairs.map { $0[0] }).count > 1)
        // Userspace mode chooses in turn, so it is the same for both ports.
        if mode != "userspace" { #expect(pairs.contains { $0[0] != $0[1] }) }
        try await lab.proxy.stop()
    }

    @Test("a client that pauses for longer than the timeout may go elsewhere", arguments: modes)
    func timeout(mode: String) async throws {
        let web = ServiceManifest(affinitySeconds: 1, endpoints: endpoints)
        let lab = try await ProxyLab(web, mode: mode)
        let client = Visitor(namespace: lab.cluster.outside, ip: "203.0.113.10")
        let first = try await client.server(web.frontend())
        // The same of four is chosen twelve times in a row once in 10⁷ times.
        for _ in 0..<12 {
            try await Task.sleep(for: .milliseconds(1500))
            if try await client.server(web.frontend()) != first { return try await lab.proxy.stop() }
        }
        Issue.record("the client stayed with \(first)")
    }

    @Test("a removed endpoint's clients move at once and stay there; the others stay where they were", arguments: modes)
    func endpointRemoved(mode: String) async throws {
        var web = ServiceManifest(affinitySeconds: 600, endpoints: endpoints)
        let lab = try await ProxyLab(web, mode: mode)
        var homes: [String: String] = [:]
        let clients = try await manyClients(lab)
        for client in clients { homes[client.ip] = try await client.server(web.frontend()) }
        let removed = try #require(homes[clients[0].ip])

        web.endpoints.removeAll { $0 == removed }
        try lab.apply(web)
        try await lab.eventually("nobody is served by \(removed)") {
            try await clients[0].server(web.frontend()) != removed
        }
        for client in clients {
            let home = try #require(homes[client.ip])
            let now = try await client.server(web.frontend())
            #expect(home == removed ? web.endpoints.contains(now) : now == home)
            for _ in 0..<5 { #expect(try await client.server(web.frontend()) == now) }
        }
        try await lab.proxy.stop()
    }

    @Test("clients stay where they were across a restart of the proxy")
    func restart() async throws {
        let web = ServiceManifest(affinitySeconds: 600, endpoints: endpoints)
        let lab = try await ProxyLab(web)
        var homes: [String: String] = [:]
        let clients = try await manyClients(lab)
        for client in clients { homes[client.ip] = try await client.server(web.frontend()) }
        try await lab.proxy.stop()
        try await lab.startAgain()
        for client in clients { #expect(try await client.server(web.frontend()) == homes[client.ip]) }
        try await lab.proxy.stop()
    }

    @Test("clients stay where they were when the next proxy takes over in userspace mode")
    func takeover() async throws {
        let web = ServiceManifest(affinitySeconds: 600, endpoints: endpoints)
        let lab = try await ProxyLab(web, mode: "userspace")
        var homes: [String: String] = [:]
        let clients = try await manyClients(lab)
        for client in clients { homes[client.ip] = try await client.server(web.frontend()) }
        // In turn, every endpoint has a client.
        #expect(Set(homes.values).count == endpoints.count)
        let first = lab.proxy
        try await lab.startAgain()
        try await first.end()
        #expect(lab.proxy.log.contains("the endpoints of \(clients.count) clients"))
        for client in clients { #expect(try await client.server(web.frontend()) == homes[client.ip]) }
        try await lab.proxy.stop()
    }

    /// Sixteen addresses outside of the cluster.
    private func manyClients(_ lab: ProxyLab) async throws -> [Visitor] {
        let outside = lab.cluster.outside
        var clients: [Visitor] = []
        for number in 20..<36 {
            let ip = "203.0.113.\(number)"
            try await outside.ip("addr add \(ip)/32 dev lo")
            clients.append(Visitor(namespace: outside, ip: ip))
        }
        return clients
    }
}

/// A client with a certain source address.
private struct Visitor {
    let namespace: NetworkNamespace
    let ip: String

    /// The server that answers; fails the test if none does.
    func server(_ target: SocketAddress, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let outcome = try await namespace.connect(to: target, from: ip)
        return try #require(outcome.server, "\(outcome)", sourceLocation: sourceLocation).ip
    }
}
