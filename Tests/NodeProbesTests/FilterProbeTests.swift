import Diagnosis
import InternetAddresses
import LabKit
import Testing

@testable import NodeProbes

/// Reading the rules of others. Needs root.
@Suite("Filter probe", .serialized)
struct FilterProbeTests {
    /// Rules of others, in both of the ways in which they are read.
    private static let firewall = """
        table inet firewall {
            set bad { type ipv4_addr; elements = { 198.51.100.7 } }
            chain guard {
                type filter hook forward priority 10; policy accept;
                ip saddr @bad drop
                tcp dport 8081 drop
            }
        }
        """

    @Test("few chains and many read the same", arguments: [0, 1500])
    func sizes(chains: Int) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.run("nft", "-f", "-", input: Self.firewall)
        for command in [
            "-P FORWARD DROP", "-N MINE", "-A FORWARD -j MINE", "-A MINE -p tcp -m tcp --dport 8080 -j DROP",
        ] {
            try await namespace.run("sh", "-c", "iptables-nft -w 5 \(command)")
        }
        // As many as Services may have.
        let many = (0..<chains).map { "add chain ip nat KUBE-SEP-\($0)\n" }.joined()
        try await namespace.run("nft", "-f", "-", input: "add table ip nat\n" + many)
        let facts = await namespace.filters()
        #expect(facts.unread == [])
        let filter = try #require(facts.tables.first { $0.name == "iptables table filter" })
        #expect(filter.chains["FORWARD"]?.dropsByDefault == true)
        #expect(filter.chains["FORWARD"]?.hook == .forward)
        #expect(filter.chains["FORWARD"]?.rules.map(\.action) == [.jump("MINE")])
        #expect(filter.chains["MINE"]?.rules.map(\.action) == [.drop])
        let guardChain = try #require(facts.tables.first { $0.name == "table inet firewall" }?.chains["guard"])
        #expect(guardChain.hook == .forward && guardChain.priority == 10)
        #expect(guardChain.rules.map(\.action) == [.drop, .drop])
        let bad = IPNetwork(containing: try #require(IPAddress("198.51.100.7")), prefixLength: 32)
        #expect(guardChain.rules.first?.matches.map(\.test) == [.source([bad].compactMap(\.self))])
    }

    @Test("the legacy back end's tables are read, and none is loaded for that")
    func legacy() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        #expect(await namespace.filters().tables == [])
        try await namespace.run(
            "iptables-legacy", "-w", "120", "-A", "FORWARD", "-p", "tcp", "--dport", "25", "-j", "DROP")
        let facts = await namespace.filters()
        #expect(facts.tables.map(\.name) == ["iptables table filter"])
        #expect(facts.tables.first?.chains["FORWARD"]?.rules.map(\.action) == [.drop])
        #expect(try await namespace.run("cat", "/proc/net/ip_tables_names") == "filter\n")
    }

    @Test("what rules lead to is told from what iptables does itself, and from comments")
    func targets() {
        let rules = """
            -N MINE
            -A MINE -m comment --comment "-j NOBODY" -j ACCEPT
            -A MINE -g OTHER
            -A MINE -p tcp -j KUBE-SVC-1
            """
        #expect(IPTablesReading.targets(in: rules) == ["OTHER", "KUBE-SVC-1"])
    }
}

extension NetworkNamespace {
    /// On the namespace's thread.
    fileprivate func filters() -> FilterFacts { FilterProbe.read() }
}
