import Dataplane
import IPVS
import InternetAddresses
import LabKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

/// Real connections in ipvs mode, between the namespaces of a small cluster.
@Suite("IPVS: connections", .serialized)
struct IPVSTrafficTests {
    private static let target = SocketAddress("10.96.0.1", 80)
    private static let all = ["10.244.0.5", "10.244.0.6", "10.244.1.5"]

    /// A cluster with servers at the addresses, and the mode on its node. Its pods' gateway has its address on another
    /// interface, which strict ARP forbids.
    private func lab(
        _ servers: [String] = all, over transport: Transport = .tcp,
        _ configuration: IPVSConfiguration = .recorded { $0.usesStrictARP = false }
    ) async throws -> (cluster: Cluster, node: Node) {
        let cluster = try await Cluster()
        for server in servers { try await cluster.serve(SocketAddress(server, 8080), over: transport) }
        return (cluster, try Node(in: cluster.node, configuration))
    }

    private func servers(
        _ count: Int, _ client: Client, _ target: SocketAddress = target, over transport: Transport = .tcp
    ) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<count {
            let outcome = try await client.connect(to: target, over: transport)
            counts[outcome.server?.ip ?? outcome.description, default: 0] += 1
        }
        return counts
    }

    @Test("each scheduler spreads connections as documented")
    func schedulers() async throws {
        let (cluster, node) = try await lab()
        var old: ServicePortRoute?
        for (scheduler, expected) in [
            ("rr", [3, 3, 3]), ("wrr", [3, 3, 3]), ("nq", nil), ("lc", nil), ("wlc", nil), ("sed", nil),
            ("sh", [9]), ("dh", [9]), ("mh,mh-fallback", [9]), ("lblc", nil), ("sh,sh-port", nil),
        ] as [(String, [Int]?)] {
            let new = route(to: backends("10.244.0.5", "10.244.0.6", "10.244.1.5"), scheduler: scheduler)
            if let old { try await node.change(old, to: new) } else { try await node.synchronize(new) }
            old = new
            let counts = try await servers(9, cluster.pod)
            #expect(Set(counts.keys).isSubset(of: Set(Self.all)), "\(scheduler): \(counts)")
            if let expected { #expect(counts.values.sorted() == expected, "\(scheduler): \(counts)") }
        }
    }

    @Test("session affinity keeps each client with its own endpoint")
    func affinity() async throws {
        let (cluster, node) = try await lab()
        try await node.synchronize(
            route(to: backends("10.244.0.5", "10.244.0.6", "10.244.1.5"), affinity: 600))
        var chosen: Set<String> = []
        for client in [cluster.pod, cluster.remotePod, cluster.outsider] {
            let counts = try await servers(5, client)
            #expect(counts.count == 1 && counts.values.first == 5, "\(client.name): \(counts)")
            chosen.formUnion(counts.keys)
        }
        #expect(chosen.isSubset(of: Set(Self.all)))
    }

    @Test("all clients reach clusterIPs, and a pod itself; those outside the pod network are masqueraded")
    func clusterIP() async throws {
        let (cluster, node) = try await lab()
        try await node.synchronize(
            route(to: backends("10.244.0.5")), route("far", "10.96.0.2", to: backends("10.244.1.5")))
        let fromPod = try await cluster.pod.connect(to: Self.target)
        #expect(fromPod == .served(by: SocketAddress("10.244.0.5", 8080), source: ClusterAddress.clientPod))
        #expect(try await servers(1, cluster.host) == ["10.244.0.5": 1])
        let fromOutside = try await cluster.outsider.connect(to: SocketAddress("10.96.0.2", 80))
        guard case .served(_, let source) = fromOutside else {
            Issue.record("\(fromOutside)")
            return
        }
        #expect(source != ClusterAddress.outside)
        let pod = try await cluster.home(of: "10.244.0.5")
        let hairpin = try await pod.connect(to: Self.target, from: "10.244.0.5")
        #expect(hairpin.server?.ip == "10.244.0.5")
    }

    @Test("IPv6 is carried like IPv4")
    func ipv6() async throws {
        let (cluster, node) = try await lab(["fd00:10:244::5", "fd00:10:244:1::5"])
        try await node.synchronize(
            route("web", "fd00:10:96::1", to: backends("fd00:10:244::5", "fd00:10:244:1::5")))
        let counts = try await servers(4, cluster.pod, SocketAddress("fd00:10:96::1", 80))
        #expect(counts == ["fd00:10:244::5": 2, "fd00:10:244:1::5": 2])
    }

    @Test("node ports and load balancers under policy Local keep the client's address and use this node's endpoints")
    func localPolicy() async throws {
        let (cluster, node) = try await lab()
        var local = route(to: backends("10.244.0.5", "10.244.1.5"))
        local.localBackends = backends("10.244.0.5")
        for (kind, address, port) in [
            (Frontend.Kind.nodePort, ClusterAddress.node, 30080), (.loadBalancer, "192.0.2.7", 80),
        ] as [(ServiceRouting.Frontend.Kind, String, UInt16)] {
            local.frontends.append(
                ServiceRouting.Frontend(
                    kind: kind, address: ip(address), port: port, inside: .clusterBackends, outside: .localBackends,
                    masquerade: .thisNode))
        }
        var cluster30081 = route("everywhere", "10.96.0.2", to: backends("10.244.0.6", "10.244.1.5"))
        cluster30081.frontends.append(
            ServiceRouting.Frontend(kind: .nodePort, address: ip(ClusterAddress.node), port: 30081))
        try await node.synchronize(local, cluster30081)
        for target in [SocketAddress(ClusterAddress.node, 30080), SocketAddress("192.0.2.7", 80)] {
            for _ in 0..<3 {
                let outcome = try await cluster.outsider.connect(to: target)
                #expect(
                    outcome == .served(by: SocketAddress("10.244.0.5", 8080), source: ClusterAddress.outside),
                    "\(target)")
            }
        }
        let spread = try await servers(4, cluster.outsider, SocketAddress(ClusterAddress.node, 30081))
        #expect(spread == ["10.244.0.6": 2, "10.244.1.5": 2])
    }

    @Test("without endpoints, and on other ports of a Service, connections are refused at once")
    func refusal() async throws {
        let (cluster, node) = try await lab([])
        try await node.synchronize(route(to: []))
        for client in [cluster.pod, cluster.outsider] {
            let otherPort = try await client.connect(to: SocketAddress("10.96.0.1", 81))
            #expect(otherPort == .refused, "\(client.name)")
            let noEndpoint = try await client.connect(to: Self.target)
            #expect(noEndpoint == .refused, "\(client.name)")
        }
    }

    @Test("a removed endpoint keeps its connections until they end, and gets no new ones")
    func drain() async throws {
        let (cluster, node) = try await lab(["10.244.1.5"])
        let both = route(to: backends("10.244.0.5", "10.244.1.5"))
        let one = route(to: backends("10.244.1.5"))
        try await node.synchronize(both)
        let pod = try await cluster.home(of: "10.244.0.5")
        let listener = try await pod.listen("10.244.0.5", 8080)
        // The next but one at the latest goes to the pod that accepts connections by hand.
        try await node.change(both, to: route(to: backends("10.244.0.5")))
        let held = try await HeldConnection(cluster.clientPod, to: "10.96.0.1", 80, at: pod, listener)
        #expect(try await held.isAlive())

        try await node.change(route(to: backends("10.244.0.5")), to: one)
        #expect(try await held.isAlive())
        #expect(try await servers(3, cluster.pod) == ["10.244.1.5": 3])
        #expect(try await node.servers().contains("-a -t 10.96.0.1:80 -r 10.244.0.5:8080 -m -w 0"))

        // Another process recognizes it, and lets it drain.
        let restarted = try node.restarted()
        try await restarted.synchronize(one)
        #expect(try await held.isAlive())
        #expect(try await node.servers().contains("-a -t 10.96.0.1:80 -r 10.244.0.5:8080 -m -w 0"))
        try await held.reset()
        // IPVS remembers a closed connection for ten seconds.
        let isGone = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await restarted.dataplane.repair() }
            var isGone = false
            let deadline = ContinuousClock.now + .patience
            while !isGone, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(250))
                isGone = try await !node.servers().contains { $0.contains("10.244.0.5") }
            }
            group.cancelAll()
            return isGone
        }
        #expect(isGone)
    }

    @Test("UDP flows leave a removed endpoint at once, and stay with one that still serves")
    func datagrams() async throws {
        let (cluster, node) = try await lab(["10.244.0.5", "10.244.1.5"], over: .udp)
        let near = backends("10.244.0.5")
        let far = backends("10.244.1.5")
        let old = route("dns", "10.96.0.1", .udp, to: near, serving: near)
        try await node.synchronize(old)
        #expect(try await servers(2, cluster.pod, over: .udp) == ["10.244.0.5": 2])
        let serving = route("dns", "10.96.0.1", .udp, to: far, serving: near + far)
        try await node.change(old, to: serving)
        #expect(try await node.servers().contains("-a -u 10.96.0.1:80 -r 10.244.0.5:8080 -m -w 0"))
        #expect(try await servers(2, cluster.pod, over: .udp) == ["10.244.1.5": 2])
        try await node.change(serving, to: route("dns", "10.96.0.1", .udp, to: far, serving: far))
        #expect(try await !node.servers().contains { $0.contains("10.244.0.5") })
    }

    @Test("source ranges of a load balancer are enforced")
    func sourceRanges() async throws {
        let (cluster, node) = try await lab(["10.244.0.5"])
        var guarded = route(to: backends("10.244.0.5"))
        guarded.sourceRanges = ["\(ClusterAddress.outside)/32"].compactMap { IPNetwork($0) }
        guarded.frontends.append(
            ServiceRouting.Frontend(kind: .loadBalancer, address: ip("192.0.2.7"), port: 80, admission: .sourceRanges))
        try await node.synchronize(guarded)
        let target = SocketAddress("192.0.2.7", 80)
        #expect(try await cluster.outsider.connect(to: target).server?.ip == "10.244.0.5")
        #expect(try await cluster.otherOutsider.connect(to: target, timeout: .seconds(1)) == .noAnswer)
    }

    @Test("sockets of this machine at an address of a virtual server take over from it without a failed connection")
    func successor() async throws {
        let (cluster, node) = try await lab()
        let address = SocketAddress(ClusterAddress.node, 30080)
        var web = route(to: backends("10.244.0.5", "10.244.1.5"))
        web.frontends = [Frontend(kind: .nodePort, address: ip(address.ip), port: address.port)]
        try await node.synchronize(web)
        try await cluster.node.serve(address)
        let executor = try await cluster.node.makeThread()
        let outcomes = try await cluster.outsider.connect(to: address, width: 4) {
            try await IPVSDataplane.cleanUp(patience: .seconds(20), executor: executor)
            try await Task.sleep(for: .seconds(1))
        }
        #expect(outcomes.keys.allSatisfy { $0.server != nil }, "\(outcomes)")
        #expect(Set(outcomes.keys.compactMap(\.server?.ip)) == ["10.244.0.5", "10.244.1.5", address.ip])
        #expect(try await node.servers().isEmpty)
    }
}
