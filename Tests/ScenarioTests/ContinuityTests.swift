import LabKit
import Testing

/// Clients connect continuously while something changes, and no connection fails.
@Suite("No connection fails", .serialized)
struct ContinuityTests {
    let stable = ServiceManifest(endpoints: ["10.244.0.7", "10.244.0.8", "10.244.1.9"])
    static let modes = ["nftables", "iptables"]
    /// Also modes whose connections end with the process.
    static let allModes = modes + ["userspace"]

    @Test("while the proxy is stopped and started again", arguments: modes)
    func restart(mode: String) async throws {
        let lab = try await ProxyLab(stable, mode: mode)
        let outcomes = try await lab.cluster.pod.connect(to: stable.frontend()) {
            try await lab.proxy.stop()
            try await lab.startAgain()
        }
        expectServed(outcomes)
        #expect(Set(outcomes.keys.compactMap(\.server)) == stable.servers())
        try await lab.proxy.stop()
    }

    @Test("while the proxy is killed and started again", arguments: modes)
    func killed(mode: String) async throws {
        let lab = try await ProxyLab(stable, mode: mode)
        let outcomes = try await lab.cluster.pod.connect(to: stable.frontend()) {
            try await lab.proxy.kill()
            try await lab.startAgain()
        }
        expectServed(outcomes)
        #expect(Set(outcomes.keys.compactMap(\.server)) == stable.servers())
        try await lab.proxy.stop()
    }

    @Test("while an endpoint is added and removed two hundred times", arguments: allModes)
    func manyChanges(mode: String) async throws {
        let visitor = "10.244.1.10"
        let lab = try await ProxyLab(stable, spares: [visitor], mode: mode)
        var web = stable
        let outcomes = try await lab.cluster.pod.connect(to: stable.frontend()) {
            for change in 1...200 {
                web.endpoints = stable.endpoints + (change.isMultiple(of: 2) ? [] : [visitor])
                try lab.apply(web)
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        expectServed(outcomes)
        // The endpoint was used: the changes reached the kernel.
        #expect(outcomes.keys.contains { $0.server?.ip == visitor })
        try await lab.proxy.stop()
    }

    @Test("while all endpoints but one are removed", arguments: allModes)
    func allButOne(mode: String) async throws {
        let lab = try await ProxyLab(stable, mode: mode)
        var web = stable
        web.endpoints = [stable.endpoints[1]]
        let client = lab.cluster.host
        let outcomes = try await lab.cluster.pod.connect(to: stable.frontend()) {
            try lab.apply(web)
            var inARow = 0
            try await lab.eventually("only \(web.endpoints) answers") {
                let outcome = try await client.connect(to: web.frontend())
                inARow = outcome.server?.ip == web.endpoints[0] ? inARow + 1 : 0
                // One of three is missed sixty times in a row once in 10¹⁰ times.
                return inARow == 60
            }
        }
        expectServed(outcomes)
        try await lab.proxy.stop()
    }

    @Test(
        "at a node port from outside, while endpoints change and the proxy is killed and started", arguments: modes
    )
    func nodePort(mode: String) async throws {
        let visitor = "10.244.1.10"
        var web = stable
        web.ports[0].nodePort = 30080
        let lab = try await ProxyLab(web, spares: [visitor], mode: mode)
        let nodePort = SocketAddress(ClusterAddress.node, 30080)
        let outcomes = try await lab.cluster.outsider.connect(to: nodePort) {
            for round in 1...20 {
                web.endpoints = stable.endpoints + (round.isMultiple(of: 2) ? [] : [visitor])
                try lab.apply(web)
                try await Task.sleep(for: .milliseconds(20))
                guard round.isMultiple(of: 5) else { continue }
                try await lab.proxy.kill()
                try await lab.startAgain()
            }
        }
        expectServed(outcomes)
        #expect(outcomes.keys.contains { $0.server?.ip == visitor })
        try await lab.proxy.stop()
    }

    @Test("with session affinity, while the client's endpoint is removed repeatedly", arguments: allModes)
    func affinity(mode: String) async throws {
        var web = stable
        web.affinitySeconds = 600
        let lab = try await ProxyLab(web, mode: mode)
        let client = lab.cluster.pod
        let outcomes = try await client.connect(to: web.frontend()) {
            for _ in 0..<20 {
                let server = try await client.connect(to: web.frontend()).server
                web.endpoints = stable.endpoints.filter { $0 != server?.ip }
                try lab.apply(web)
                try await lab.eventually("the client has moved away from \(server?.ip ?? "nobody")") {
                    try await client.connect(to: web.frontend()).server != server
                }
            }
        }
        expectServed(outcomes)
        #expect(Set(outcomes.keys.compactMap(\.server)).count > 1)
        try await lab.proxy.stop()
    }
}
