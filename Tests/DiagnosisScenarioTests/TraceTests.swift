import ChildProcesses
import Foundation
import LabKit
import Testing

/// A packet's path through the rules.
@Suite("Trace", .serialized)
struct TraceTests {
    @Test(
        "reports where another program's rule ended the packet, and leaves nothing behind",
        arguments: ["nftables", "iptables"])
    func dropped(mode: String) async throws {
        let lab = try await FaultLab(Shop.manifest, mode: mode)
        try await lab.node("nft", "add", "table", "inet", "firewall")
        try await lab.node(
            "nft", "add", "chain", "inet", "firewall", "guard", "{ type filter hook postrouting priority 10; }")
        try await lab.node("nft", "add", "rule", "inet", "firewall", "guard", "tcp dport 8080", "drop")
        let process = try await lab.cluster.node.spawn([
            try Servicelet.binary(), "explain", "shop/web:http", "--from", "node", "--trace",
        ])
        #expect(try await process.exit(within: .patience) == .code(1))
        let text = process.output
        #expect(text.contains("A packet of this node to 10.96.0.5:80/TCP:"), "\(text)")
        let own = mode == "nftables" ? "ip servicelet output" : "ip nat KUBE-SERVICES"
        #expect(text.contains(own), "\(text)")
        #expect(text.contains("inet firewall guard") && text.contains("tcp dport 8080 drop → drop"), "\(text)")
        #expect(text.contains("Its way ended with drop in inet firewall guard."), "\(text)")
        #expect(try await !lab.cluster.node.run("nft", "list", "tables").contains("servicelet-trace"))
        try await lab.proxy?.stop()
    }

    @Test("a killed program leaves nothing behind")
    func killed() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        let process = try await lab.cluster.node.spawn([
            try Servicelet.binary(), "explain", "shop/web", "--from", "10.244.0.250", "--trace",
        ])
        try await lab.eventually("the table is there") {
            let tables = try await lab.cluster.node.run("nft", "list", "tables")
            return tables.contains("servicelet-trace") || process.poll() != nil
        }
        process.signal(SIGKILL)
        _ = try await process.exit(within: .patience)
        #expect(try await !lab.cluster.node.run("nft", "list", "tables").contains("servicelet-trace"))
        try await lab.proxy?.stop()
    }

    @Test("without a logger that can be received, rules of the legacy back end are not shown, and the answer says how")
    func legacyUnseen() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        try await lab.node(
            "iptables-legacy", "-w", "120", "-A", "FORWARD", "-p", "tcp", "--dport", "8080", "-j", "DROP")
        let text = try await trace(lab)
        #expect(text.contains("? rules of iptables' legacy back end are not shown (tables filter)"), "\(text)")
        #expect(text.contains("sysctl net.netfilter.nf_log.2=nfnetlink_log; trace again"), "\(text)")
        try await lab.proxy?.stop()
    }

    @Test("rules of the legacy back end are shown in order with the others, where the kernel logs to programs")
    func legacy() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        try await lab.cluster.node.set("net/netfilter/nf_log/2", to: "nfnetlink_log")
        for rule in [
            ["-N", "FIREWALL"], ["-A", "OUTPUT", "-p", "udp", "-j", "ACCEPT"], ["-A", "OUTPUT", "-j", "FIREWALL"],
            ["-A", "FIREWALL", "-p", "tcp", "--dport", "8080", "-j", "DROP"],
        ] {
            let process = try await lab.cluster.node.spawn(["iptables-legacy", "-w", "120"] + rule)
            #expect(try await process.exit(within: .patience) == .code(0))
        }
        let text = try await trace(lab)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        let jump = lines.firstIndex(of: "iptables-legacy filter OUTPUT -j FIREWALL → jump FIREWALL")
        let drop = lines.firstIndex {
            $0.hasPrefix("iptables-legacy filter FIREWALL -p tcp") && $0.hasSuffix("--dport 8080 -j DROP → drop")
        }
        let own = lines.firstIndex { $0.hasPrefix("ip servicelet output ") }
        #expect(own != nil && jump != nil && drop != nil, "\(text)")
        if let own, let jump, let drop { #expect(own < jump && jump < drop, "\(text)") }
        #expect(text.contains("Its way ended with drop in iptables-legacy filter FIREWALL."), "\(text)")
        #expect(!text.contains("not shown"), "\(text)")
        try await lab.proxy?.stop()
    }

    private func trace(_ lab: FaultLab) async throws -> String {
        let process = try await lab.cluster.node.spawn([
            try Servicelet.binary(), "explain", "shop/web:http", "--from", "node", "--trace",
        ])
        _ = try await process.exit(within: .patience)
        return process.output + process.errors
    }
}
