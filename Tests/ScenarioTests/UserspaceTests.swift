import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// The mode that carries connections itself.
@Suite("Userspace mode", .serialized)
struct UserspaceTests {
    let web = ServiceManifest(ports: [.init(nodePort: 30080)], endpoints: ["10.244.0.7", "10.244.0.8", "10.244.1.9"])
    private let nodePort = SocketAddress(ClusterAddress.node, 30080)
    /// A user without permission to change the machine's network.
    private static let unprivileged = ["setpriv", "--bounding-set", "-net_admin", "--"]

    @Test(
        "connections behave as with kube-proxy, except for the source address",
        arguments: ScenarioTests.all, ["redirect", "loopback"])
    func scenario(name: String, reach: String) async throws {
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        let questions = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: scenario.objects, mode: "userspace", arguments: ["--userspace-reach", reach]),
            on: cluster.node)
        let expected = try scenario.recording("nftables").mapValues(\.throughUserspace)
        let observed = try await Scenario.observe(questions, expecting: expected)
        for key in Set(expected.keys).union(observed.keys).sorted() where expected[key] != observed[key] {
            let (wanted, got) = (expected[key]?.description ?? "nothing", observed[key]?.description ?? "nothing")
            Issue.record("\(name) by \(reach): \(key)\n  expected: \(wanted)\n  observed: \(got)\n\(proxy.log)")
        }
        try await proxy.stop()
    }

    @Test("no connection fails while the next proxy takes over, and the first one ends with its last connection")
    func handover() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        let first = lab.proxy
        let inside = try await lab.cluster.pod.connect(to: web.frontend()) {
            let outside = try await lab.cluster.outsider.connect(to: nodePort) {
                try await lab.startAgain()
                try await first.end()
            }
            expectServed(outside)
        }
        expectServed(inside)
        #expect(first.log.contains("another proxy has taken over"))
        #expect(lab.proxy.log.contains("taking over"))

        var fewer = web
        fewer.endpoints = [web.endpoints[0]]
        try lab.apply(fewer)
        try await lab.eventually("the new proxy follows changes") {
            let outcomes = try await lab.cluster.pod.connect(30, to: web.frontend())
            return Set(outcomes.map(\.server)) == Set(fewer.servers())
        }
        try await lab.proxy.stop()
    }

    @Test("sockets end with the process: connections are refused at once, and served after a restart")
    func killed() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        try await lab.proxy.kill()
        #expect(try await lab.cluster.pod.connect(to: web.frontend()) == .refused)
        #expect(try await lab.cluster.outsider.connect(to: nodePort) == .refused)
        try await lab.startAgain()
        #expect(try await lab.cluster.pod.connect(to: web.frontend()).server != nil)
        #expect(try await lab.cluster.outsider.connect(to: nodePort).server != nil)
        try await lab.proxy.stop()
    }

    @Test(
        "the leftovers of a killed proxy are reused, and unneeded ones removed",
        arguments: ["redirect", "loopback"])
    func leftovers(reach: String) async throws {
        let arguments = ["--userspace-reach", reach]
        let lab = try await ProxyLab(web, mode: "userspace", arguments: arguments)
        var second = web
        (second.name, second.clusterIP, second.ports[0].nodePort) = ("second", "10.96.0.6", nil)
        try lab.apply(second)
        try await lab.eventually("the second Service is served") {
            try await lab.cluster.pod.connect(to: second.frontend(), timeout: .milliseconds(200)).server != nil
        }
        try await lab.proxy.kill()
        try lab.manifests.remove("second.yaml")
        try await lab.startAgain(arguments: arguments)
        let state =
            reach == "redirect"
            ? try await lab.cluster.node.run("nft", "list", "table", "ip", "servicelet-userspace")
            : try await lab.cluster.node.run("ip", "route", "show", "table", "local", "proto", "115")
        #expect(state.contains("10.96.0.5"))
        #expect(!state.contains("10.96.0.6"))
        #expect(try await lab.cluster.pod.connect(to: web.frontend()).server != nil)
        #expect(try await lab.cluster.pod.connect(to: second.frontend(), timeout: .milliseconds(300)).server == nil)
        try await lab.proxy.stop()
    }

    @Test("ss shows the owner of the ports, and other programs cannot take them")
    func sockets() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        let node = lab.cluster.node
        let listening = try await node.run("ss", "-H", "-ltnp", "sport = :30080")
        #expect(listening.contains("0.0.0.0:30080"))
        #expect(listening.contains("servicelet"))
        await #expect(throws: (any Error).self) { try await node.serve(SocketAddress("0.0.0.0", 30080)) }
        try await lab.proxy.stop()
    }

    @Test("the target port of redirects cannot be used directly")
    func redirectPort() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        let node = lab.cluster.node
        let ports = try await node.run("ss", "-H", "-ltn", "src 0.0.0.0").split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst(3).first?.split(separator: ":").last.flatMap { UInt16($0) }
        }
        let hidden = try #require(ports.first { ![30080, 10256].contains($0) }, "\(ports)")
        let outcome = try await lab.cluster.outsider.connect(to: SocketAddress(ClusterAddress.node, hidden))
        #expect(outcome.server == nil)
        #expect(try await lab.cluster.pod.connect(to: web.frontend()).server != nil)
        try await lab.proxy.stop()
    }

    @Test("without CAP_NET_ADMIN node ports are served, and a clusterIP as soon as the machine has the address")
    func unprivileged() async throws {
        let cluster = try await Cluster()
        for ip in web.endpoints { try await cluster.serve(SocketAddress(ip, 80)) }
        let manifests = try TemporaryFolder()
        try manifests.write(web.yaml, to: "web.yaml")
        let proxy = try await ProxyProcess(
            Self.unprivileged + Servicelet.proxy(manifests: manifests.url, mode: "userspace"), on: cluster.node)
        #expect(try await cluster.node.run("nft", "list", "tables").isEmpty)
        #expect(try await cluster.outsider.connect(to: nodePort).server != nil)
        #expect(try await cluster.host.connect(to: web.frontend(), timeout: .milliseconds(300)).server == nil)
        #expect(proxy.log.contains("this machine does not have the address 10.96.0.5"))

        try await cluster.node.ip("addr add 10.96.0.5/32 dev lo")
        for client in [cluster.host, cluster.pod] {
            #expect(try await client.connect(to: web.frontend()).server != nil, "\(client.name)")
        }
        try await proxy.stop()
    }

    @Test("the table is repaired, removed by cleanup, and by the next mode")
    func table() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        let node = lab.cluster.node
        for damage in [["flush", "chain", "ip"], ["delete", "table", "ip"]] {
            let chain = damage[1] == "chain" ? ["prerouting"] : []
            try await node.run(["nft"] + damage + ["servicelet-userspace"] + chain)
            try await lab.eventually("\(damage) is repaired") {
                try await lab.cluster.pod.connect(to: web.frontend(), timeout: .milliseconds(200)).server != nil
            }
        }
        try await lab.proxy.stop()
        try await node.run(Servicelet.binary(), "cleanup")
        #expect(try await node.run("nft", "list", "tables").isEmpty)

        try await lab.startAgain()
        try await lab.proxy.stop()
        try await lab.startAgain(mode: "nftables")
        try await lab.eventually("the table is gone") {
            try await !node.run("nft", "list", "tables").contains("servicelet-userspace")
        }
        #expect(try await lab.cluster.pod.connect(to: web.frontend()).server != nil)
        try await lab.proxy.stop()
    }

    @Test("with --userspace-reach loopback clusterIPs are local addresses, until cleanup")
    func loopback() async throws {
        let lab = try await ProxyLab(web, mode: "userspace", arguments: ["--userspace-reach", "loopback"])
        let node = lab.cluster.node
        let list = ["ip", "route", "show", "table", "local", "type", "local", "proto", "115"]
        #expect(try await node.output(list).contains("10.96.0.5"))
        #expect(try await node.run("nft", "list", "tables").isEmpty)
        #expect(try await lab.cluster.pod.connect(to: SocketAddress("10.96.0.5", 81)) == .refused)
        try await node.ip("route del local 10.96.0.5 dev lo table local proto 115")
        try await lab.eventually("the route is repaired") {
            try await lab.cluster.pod.connect(to: web.frontend(), timeout: .milliseconds(200)).server != nil
        }
        try await lab.proxy.stop()
        try await node.run(Servicelet.binary(), "cleanup")
        #expect(try await node.output(list).isEmpty)
    }

    @Test("nft lists the table")
    func listing() async throws {
        let lab = try await ProxyLab(web, mode: "userspace")
        let table = try await lab.cluster.node.run("nft", "list", "table", "ip", "servicelet-userspace")
        #expect(table.contains("dnat ip to ip daddr . meta l4proto . th dport map @redirects"))
        #expect(table.contains("10.96.0.5 . tcp . 80 : "))
        try await lab.proxy.stop()
    }

    @Test("a node port held by another program is named, and served once it is free")
    func takenPort() async throws {
        let cluster = try await Cluster()
        for ip in web.endpoints { try await cluster.serve(SocketAddress(ip, 80)) }
        let manifests = try TemporaryFolder()
        try manifests.write(web.yaml, to: "web.yaml")
        let holder = try await cluster.node.spawn([
            "perl", "-MIO::Socket::INET", "-e",
            """
            my $holder = IO::Socket::INET->new(LocalAddr => "0.0.0.0:30080", Listen => 1) or die; $| = 1;
            print "ready\\n"; sleep 600;
            """,
        ])
        while !holder.output.contains("ready") { try await Task.sleep(for: .milliseconds(5)) }
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: manifests.url, mode: "userspace"), on: cluster.node)
        #expect(proxy.log.contains("TCP *:30080"))
        #expect(try await cluster.pod.connect(to: web.frontend()).server != nil)
        holder.signal(SIGKILL)
        let deadline = ContinuousClock.now + .patience
        while try await cluster.outsider.connect(to: nodePort).server == nil {
            try #require(ContinuousClock.now < deadline, "\(proxy.log)")
        }
        try await proxy.stop()
    }
}

extension NetworkNamespace {
    fileprivate func run(_ arguments: [String]) async throws {
        _ = try await spawn(arguments).exit(within: .patience)
    }

    fileprivate func output(_ arguments: [String]) async throws -> String {
        let process = try spawn(arguments)
        _ = try await process.exit(within: .patience)
        return process.output
    }
}
