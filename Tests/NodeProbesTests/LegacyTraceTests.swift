import Diagnosis
import InternetAddresses
import LabKit
import Testing

@testable import NodeProbes

/// Traces through iptables' legacy back end. Needs root.
@Suite("Legacy trace", .serialized)
struct LegacyTraceTests {
    @Test("the kernel's log line says which rule a packet has matched")
    func prefixes() throws {
        let step = try #require(LegacyStep(prefix: "TRACE: nat:KUBE-SERVICES:rule:12 "))
        #expect(step.table == "nat" && step.chain == "KUBE-SERVICES" && step.kind == .rule && step.number == 12)
        #expect(LegacyStep(prefix: "TRACE: filter:FORWARD:policy:3 ")?.kind == .policy)
        for other in ["", "TRACE:", "TRACE: filter:FORWARD", "firewall drop", "TRACE: a:b:c:1 ", "TRACE: a:b:rule:x "] {
            #expect(LegacyStep(prefix: other) == nil, "\(other)")
        }
    }

    @Test(
        "a rule's target says what happens to the packet",
        arguments: [
            ("-p tcp -j DROP", "drop"), ("-j KUBE-SERVICES", "jump KUBE-SERVICES"), ("-g OTHER", "goto OTHER"),
            ("-p tcp -m comment --comment \"-j no\" -j MARK --set-xmark 0x1/0x1", "MARK"), ("-p udp", "continue"),
        ])
    func targets(rule: String, verdict: String) { #expect(LegacyTexts.verdict(rule) == verdict) }

    @Test("packets keep their identity through address translation, and differ from retransmissions")
    func identity() throws {
        func tcp(_ id: UInt8, to address: UInt8, sequence: UInt8) -> [UInt8] {
            [0x45, 0, 0, 40, 0, id, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, address]
                + [0x9C, 0x40, 0, 80, 0, 0, 0, sequence]
        }
        let packet = try #require(PacketIdentity(tcp(7, to: 1, sequence: 9)))
        #expect(packet == PacketIdentity(tcp(7, to: 200, sequence: 9)))
        #expect(packet != PacketIdentity(tcp(8, to: 1, sequence: 9)))
        #expect(packet != PacketIdentity(tcp(7, to: 1, sequence: 10)))
        for length in 0..<28 { #expect(PacketIdentity(Array(tcp(7, to: 1, sequence: 9).prefix(length))) == nil) }
    }

    @Test("steps of both kinds come in the order of the kernel's reports, those of other packets left out")
    func order() throws {
        let packet = try #require(PacketIdentity([0x60] + [UInt8](repeating: 6, count: 50)))
        let other = try #require(PacketIdentity([0x60] + [UInt8](repeating: 7, count: 50)))
        let legacy = try #require(LegacyStep(prefix: "TRACE: filter:FORWARD:rule:1 "))
        func step(_ chain: String) -> PacketTrace.Step {
            PacketTrace.Step(table: "t", chain: chain, rule: "r", verdict: "v")
        }
        let steps = LegacyTrace.order(
            [
                .headers(packet: 1, packet), .nftables(packet: 1, table: "servicelet-trace"),
                .nftables(packet: 1, table: "t"), .nftables(packet: 2, table: "t"), .legacy(legacy, other),
                .legacy(legacy, packet), .nftables(packet: 1, table: "t"), .nftables(packet: 1, table: "t"),
            ], [step("a"), nil, step("c"), step("d")], 1
        ) { _ in step("legacy") }
        #expect(steps.map(\.chain) == ["a", "legacy", "c", "d"])
    }

    @Test("if another program receives what the kernel logs, the note says so")
    func taken() async throws {
        let namespace = try await NetworkNamespace(name: "trace")
        try await namespace.run("iptables-legacy", "-w", "120", "-A", "FORWARD", "-j", "ACCEPT")
        try await namespace.set("net/netfilter/nf_log/2", to: "nfnetlink_log")
        let notes = try await namespace.notes()
        #expect(notes.taken.contains("(tables filter): another program receives what the kernel logs"), "\(notes)")
        #expect(notes.free.hasSuffix("no packet passed"), "\(notes)")
        try await namespace.set("net/netfilter/nf_log/2", to: "NONE")
        let unset = await namespace.note()
        #expect(unset.hasSuffix("trace again; sysctl net.netfilter.nf_log.2=NONE"), "\(unset)")
    }
}

extension NetworkNamespace {
    /// What is said while somebody else receives, and afterwards.
    fileprivate func notes() throws -> (taken: String, free: String) {
        let taken: String
        do {
            let other = try LegacyTracing()
            taken = note()
            _ = consume other
        }
        return (taken, note())
    }

    fileprivate func note() -> String {
        var trace = LegacyTrace(.ipv4)
        return trace.joined(with: [], packet: nil).unseen
    }
}
