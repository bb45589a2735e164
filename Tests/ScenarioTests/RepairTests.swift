import ChildProcesses
import LabKit
import Testing

/// State removed by others is restored, and the log says which program removed what.
@Suite("Repair", .serialized)
struct RepairTests {
    let web = ServiceManifest(endpoints: ["10.244.0.7", "10.244.1.9"])

    @Test(
        "what nft removes is restored, and the log names it and the program",
        arguments: [
            (["flush", "ruleset"], ["table ip servicelet", "table ip6 servicelet"]),
            (["delete", "table", "ip", "servicelet"], ["table ip servicelet"]),
            (
                ["delete", "element", "ip", "servicelet", "services", "{ 10.96.0.5 . tcp . 80 }"],
                ["map services"]
            ),
            (["flush", "map", "ip", "servicelet", "endpoints"], ["map endpoints"]),
            (["flush", "chain", "ip", "servicelet", "unserved"], ["chain unserved"]),
            (["flush", "chain", "ip", "servicelet", "prerouting"], ["chain prerouting"]),
        ])
    func nft(command: [String], named: [String]) async throws {
        let lab = try await ProxyLab(web)
        let before = try await ruleset(lab)
        try await damage(lab, ["nft"] + command)
        try await lab.eventually("the rules are back") { try await ruleset(lab) == before }
        try await expectService(lab)
        try await lab.eventually("the log says so") {
            lines(lab).contains { line in line.contains("nft (pid ") && named.allSatisfy { line.contains($0) } }
        }
        try await lab.proxy.stop()
    }

    @Test("a rule deleted by nft is restored")
    func rule() async throws {
        let lab = try await ProxyLab(web)
        let before = try await ruleset(lab)
        let listing = try await lab.cluster.node.run("nft", "-a", "list", "chain", "ip", "servicelet", "prerouting")
        let line = try #require(listing.split(separator: "\n").first { $0.contains("vmap @dispatch") })
        let handle = try #require(line.split(separator: " ").last)
        try await damage(lab, ["nft", "delete", "rule", "ip", "servicelet", "prerouting", "handle", String(handle)])
        try await lab.eventually("the rules are back") { try await ruleset(lab) == before }
        try await expectService(lab)
        try await lab.eventually("the log says so") {
            lines(lab).contains { $0.contains("nft (pid ") && $0.contains("chain prerouting") }
        }
        try await lab.proxy.stop()
    }

    @Test("a foreign rule in our chain is removed")
    func foreignRule() async throws {
        let lab = try await ProxyLab(web)
        let before = try await ruleset(lab)
        try await damage(lab, ["nft", "insert", "rule", "ip", "servicelet", "unserved", "drop"])
        try await lab.eventually("the rules are as before") { try await ruleset(lab) == before }
        try await expectService(lab)
        try await lab.proxy.stop()
    }

    @Test("others' tables stay as they are, and cause no repair")
    func foreignTable() async throws {
        let lab = try await ProxyLab(web)
        let node = lab.cluster.node
        try await node.run("nft", "add", "table", "ip", "theirs")
        try await node.run("nft", "add", "chain", "ip", "theirs", "mine")
        try await node.run("nft", "delete", "chain", "ip", "theirs", "mine")
        try await node.run("nft", "delete", "table", "ip", "servicelet")
        try await lab.eventually("our table is back") {
            try await node.run("nft", "list", "tables").contains("table ip servicelet")
        }
        #expect(try await node.run("nft", "list", "table", "ip", "theirs") == "table ip theirs {\n}\n")
        try await expectService(lab)
        #expect(!lab.proxy.log.contains("theirs"))
        try await lab.proxy.stop()
    }

    @Test(
        "what iptables flushes is restored", arguments: [["-t", "nat", "-F"], ["-t", "nat", "-F", "KUBE-SERVICES"]])
    func iptables(command: [String]) async throws {
        let lab = try await ProxyLab(web, mode: "iptables")
        try await damage(lab, ["iptables"] + command)
        try await lab.eventually("the log names nat, and who did it") {
            lines(lab).contains { $0.contains("iptables (pid ") && $0.contains("table nat (IPv4)") }
        }
        try await expectService(lab)
        try await lab.proxy.stop()
    }

    private func lines(_ lab: ProxyLab) -> [Substring] { lab.proxy.log.split(separator: "\n") }

    private func damage(_ lab: ProxyLab, _ command: [String]) async throws {
        let process = try await lab.cluster.node.spawn(command)
        #expect(try await process.exit(within: .patience) == .code(0), "\(process.errors)")
    }

    private func ruleset(_ lab: ProxyLab) async throws -> [String] {
        // The order of elements and of chains is up to the kernel. Two chains may have the same rule.
        let text = try await lab.cluster.node.run("nft", "-s", "list", "ruleset")
        return text.split { "\n,{}=".contains($0) }.map { $0.split { " \t".contains($0) }.joined(separator: " ") }
            .sorted()
    }

    private func expectService(_ lab: ProxyLab) async throws {
        for client in [lab.cluster.pod, lab.cluster.host, lab.cluster.outsider] {
            let outcomes = try await client.connect(24, to: web.frontend())
            #expect(Set(outcomes.map(\.server)) == Set(web.servers()), "\(client.name): \(Set(outcomes))")
        }
    }
}
