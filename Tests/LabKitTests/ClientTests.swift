import LabKit
import Testing

@Suite("Client")
struct ClientTests {
    let endpoint = SocketAddress("10.244.0.7", 8080)

    @Test("a datagram client keeps its port, so the kernel's connection tracking decides where it goes")
    func portStays() async throws {
        let cluster = try await Cluster()
        let other = SocketAddress("10.244.0.8", 8080)
        for server in [endpoint, other] { try await cluster.serve(server, over: .udp) }
        let service = SocketAddress("10.96.0.5", 8080)
        try await cluster.node.run("nft", "-f", "-", input: redirection(to: endpoint))
        let client = try await cluster.pod.datagramClient(to: service)
        #expect(try await client.ask().server == endpoint)
        try await cluster.node.run("nft", "-f", "-", input: "flush table ip lab\n" + redirection(to: other))
        #expect(try await client.ask().server == endpoint)
        #expect(try await cluster.pod.datagramClient(to: service).ask().server == other)
    }

    @Test("a datagram client distinguishes refusals and silence, and is answered afterwards")
    func refusals() async throws {
        let cluster = try await Cluster()
        let home = try await cluster.home(of: endpoint.ip)
        for client in [cluster.pod, cluster.host] {
            let socket = try await client.datagramClient(to: endpoint)
            #expect(try await socket.ask() == .refused)
        }
        let socket = try await cluster.host.datagramClient(to: endpoint)
        // The node's own rules refuse what the node sends, with an error or silently.
        for (verdict, outcome) in [("reject", ConnectionOutcome.refused), ("drop", .noAnswer)] {
            try await cluster.node.run(
                "nft", "-f", "-",
                input: """
                    table ip lab { chain output { type filter hook output priority 0; udp dport 8080 \(verdict); }; }
                    """)
            #expect(try await socket.ask(timeout: .milliseconds(100)) == outcome)
            try await cluster.node.run("nft", "delete", "table", "ip", "lab")
        }
        try await home.serve(endpoint, over: .udp)
        #expect(try await socket.ask().server == endpoint)
    }

    @Test("traffic runs during an action, and counts the outcomes")
    func traffic() async throws {
        let cluster = try await Cluster()
        let home = try await cluster.home(of: endpoint.ip)
        let outcomes = try await cluster.pod.connect(to: endpoint, width: 2) { try await home.serve(endpoint) }
        // Two are refused before, and two are served after.
        #expect(outcomes[.refused, default: 0] >= 2)
        #expect(outcomes.filter { $0.key.server == endpoint }.values.reduce(0, +) >= 2)
        #expect(outcomes.count == 2)
    }

    @Test("a failure during traffic ends it")
    func failingBody() async throws {
        let cluster = try await Cluster()
        try await cluster.serve(endpoint)
        await #expect(throws: LabError.self) {
            try await cluster.pod.connect(to: endpoint) { try await cluster.node.run("false") }
        }
    }

    private func redirection(to server: SocketAddress) -> String {
        """
        table ip lab {
          chain nat { type nat hook prerouting priority dstnat; ip daddr 10.96.0.5 udp dport 8080 dnat to \(server); }
        }
        """
    }
}
