import LabKit
import Testing

@Suite("Cluster")
struct ClusterTests {
    @Test("every client reaches every endpoint, which sees its address", arguments: ["10.244.0.7", "10.244.1.7"])
    func reachability(ip: String) async throws {
        let cluster = try await Cluster()
        let endpoint = SocketAddress(ip, 8080)
        try await cluster.serve(endpoint)
        try await cluster.serve(endpoint, over: .udp)
        for client in cluster.clients {
            for transport in [Transport.tcp, .udp] {
                let outcome = try await client.connect(to: endpoint, over: transport)
                #expect(outcome.server == endpoint, "\(client.name) over \(transport): \(outcome)")
                guard let source = client.source else { continue }
                #expect(outcome == .served(by: endpoint, source: source))
            }
        }
    }

    @Test("IPv6 works like IPv4, without a wait", arguments: ["fd00:10:244::7", "fd00:10:244:1::7"])
    func ipv6(ip: String) async throws {
        let cluster = try await Cluster()
        let endpoint = SocketAddress(ip, 8080)
        try await cluster.serve(endpoint)
        for client in cluster.clients {
            let outcome = try await client.connect(to: endpoint)
            #expect(outcome.server == endpoint, "\(client.name): \(outcome)")
        }
    }

    @Test("an endpoint in neither node's range is on the remote node")
    func foreignEndpoint() async throws {
        let cluster = try await Cluster()
        let endpoint = SocketAddress("10.124.142.43", 9153)
        #expect(try await cluster.serve(endpoint) === cluster.remote)
        #expect(try await cluster.pod.connect(to: endpoint).server == endpoint)
    }

    @Test("both addresses of a dual-stack pod are in one namespace, however often requested")
    func dualStackPod() async throws {
        let cluster = try await Cluster()
        let pod = try await cluster.home(of: "10.244.0.14")
        #expect(try await cluster.home(of: "fd00:10:244::14") === pod)
        #expect(try await cluster.home(of: "10.244.0.14") === pod)
    }

    @Test("a port without a listener refuses; an unused address does not answer")
    func failures() async throws {
        let cluster = try await Cluster()
        _ = try await cluster.home(of: "10.244.0.7")
        #expect(try await cluster.pod.connect(to: SocketAddress("10.244.0.7", 9)) == .refused)
        #expect(try await cluster.pod.connect(to: SocketAddress("10.244.0.7", 9), over: .udp) == .refused)
        let nowhere = SocketAddress("10.96.0.1", 443)
        #expect(try await cluster.pod.connect(to: nowhere, timeout: .milliseconds(500)) == .noAnswer)
        try await cluster.node.run("nft", "-f", "-", input: Ruleset.silence)
        #expect(try await cluster.pod.connect(to: nowhere, timeout: .milliseconds(500)) == .noAnswer)
    }

    @Test("two concurrent clusters are isolated")
    func isolation() async throws {
        async let one = Cluster()
        async let other = Cluster()
        let clusters = try await (one, other)
        try await clusters.0.serve(SocketAddress("10.244.0.7", 80))
        _ = try await clusters.1.home(of: "10.244.0.7")
        #expect(try await clusters.1.pod.connect(to: SocketAddress("10.244.0.7", 80)) == .refused)
    }

    @Test("a hundred connections at once are all answered")
    func parallel() async throws {
        let cluster = try await Cluster()
        let endpoint = SocketAddress("10.244.1.7", 80)
        try await cluster.serve(endpoint)
        let outcomes = try await cluster.outsider.connect(100, to: endpoint)
        #expect(outcomes == Array(repeating: .served(by: endpoint, source: "203.0.113.10"), count: 100))
    }
}

/// Handwritten rules, to try the lab without a proxy.
enum Ruleset {
    /// Accepts packets to the Services' addresses and never answers.
    static let silence = """
        table ip lab {
          chain silence { type filter hook prerouting priority -300; ip daddr 10.96.0.0/16 drop; }
        }
        """

    /// A Service 10.96.0.5:80, node port 30080, on two endpoints, and another without endpoints.
    static let service = """
        table ip lab {
          chain service { meta l4proto tcp dnat to numgen random mod 2 map { 0 : 10.244.0.7, 1 : 10.244.1.7 }:8080; }
          chain nat {
            type nat hook prerouting priority dstnat;
            ip daddr 10.96.0.5 tcp dport 80 goto service
            ip daddr 172.30.0.2 tcp dport 30080 meta mark set 1 goto service
          }
          chain refuse { type filter hook forward priority 0; ip daddr 10.96.0.6 reject; }
          chain source { type nat hook postrouting priority srcnat; meta mark 1 masquerade; }
        }
        """
}
