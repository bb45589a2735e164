import LabKit
import Testing

/// For changes to and from ipvs mode see VirtualMachineTests.
@Suite("A change of mode", .serialized)
struct ModeChangeTests {
    static let modes = ["nftables", "iptables", "userspace"]
    /// Every ordered pair.
    static let pairs = modes.flatMap { old in modes.filter { $0 != old }.map { (old, $0) } }

    var web: ServiceManifest {
        var web = ServiceManifest(endpoints: ["10.244.0.7", "10.244.0.8", "10.244.1.9"])
        web.ports[0].nodePort = 30080
        return web
    }

    @Test(
        "a table's rules are removed before what packets in its chains may still look up",
        arguments: [("nftables", "servicelet"), ("userspace", "servicelet-userspace")])
    func removal(mode: String, table: String) async throws {
        let lab = try await ProxyLab(ServiceManifest(endpoints: ["10.244.0.7"]), mode: mode)
        try await lab.proxy.kill()
        let node = lab.cluster.node
        // Without stdbuf, it buffers what it writes into a pipe.
        let monitor = try await node.spawn(["stdbuf", "-oL", "nft", "monitor"])
        // It listens once it reports one of these tables.
        var tables = 0
        try await lab.eventually("nft reports changes") {
            tables += 1
            try await node.run("nft", "add", "table", "ip", "listening-\(tables)")
            return monitor.output.contains("listening-")
        }
        try await node.run(Servicelet.binary(), "cleanup")
        try await lab.eventually("nft reports the removal") {
            monitor.output.contains("delete table ip \(table)\n")
        }
        // Each transaction ends with a line about its generation.
        let transactions = monitor.output.split(separator: "# new generation")
        let rules = try #require(
            transactions.firstIndex { $0.contains("delete rule ip \(table) prerouting") }, "\(monitor.output)")
        let sets = try #require(transactions.firstIndex { $0.contains("delete set ip \(table) ") })
        #expect(rules < sets)
    }

    @Test("fails no connection, leaves nothing of the first mode, and later changes take effect", arguments: pairs)
    func otherMode(old: String, new: String) async throws {
        let lab = try await ProxyLab(web, mode: old)
        var outside: [ConnectionOutcome: Int] = [:]
        let inside = try await lab.cluster.pod.connect(to: web.frontend()) {
            outside = try await lab.cluster.outsider.connect(to: SocketAddress(ClusterAddress.node, 30080)) {
                try await lab.change(to: new)
                try await lab.eventually("only what \(new) mode makes is there") {
                    let ruleset = try await lab.cluster.node.run("nft", "list", "ruleset")
                    return ruleset.contains("table ip servicelet {") == (new == "nftables")
                        && ruleset.contains("KUBE-SVC-") == (new == "iptables")
                        && ruleset.contains("table ip servicelet-userspace {") == (new == "userspace")
                }
            }
        }
        expectServed(inside)
        expectServed(outside)

        var fewer = web
        fewer.endpoints.removeLast()
        try lab.apply(fewer)
        try await lab.eventually("only \(fewer.endpoints) answer") {
            let outcomes = try await lab.cluster.pod.connect(60, to: web.frontend())
            return Set(outcomes.map(\.server)) == Set(fewer.servers())
        }
        try lab.manifests.remove("web.yaml")
        try await lab.eventually("the Service is gone") {
            try await lab.cluster.pod.connect(to: web.frontend(), timeout: .milliseconds(300)).server == nil
        }
        try await lab.proxy.stop()
    }
}
