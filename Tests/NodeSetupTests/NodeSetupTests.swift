import Foundation
import Testing

@testable import NodeSetup

@Suite("The settings of the node")
struct NodeSetupTests {
    /// A tree of the kernel's files, below a temporary folder.
    private final class Tree {
        let root = FileManager.default.temporaryDirectory.appending(path: "servicelet-\(UUID())").path

        init(_ files: [String: String]) throws {
            for (path, text) in files {
                let folder = URL(filePath: root + path).deletingLastPathComponent()
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try (text + "\n").write(toFile: root + path, atomically: false, encoding: .utf8)
            }
        }

        deinit { _ = try? FileManager.default.removeItem(atPath: root) }

        func text(_ path: String) throws -> String {
            try String(contentsOfFile: root + path, encoding: .utf8).trimmingCharacters(in: .newlines)
        }
    }

    private static let netfilter = "/proc/sys/net/netfilter/"
    private static let hashSize = "/sys/module/nf_conntrack/parameters/hashsize"

    private func tree(cores: String = "0-3", maximum: String = "65536", hashSize: String = "16384") throws -> Tree {
        try Tree([
            "/sys/devices/system/cpu/online": cores, Self.hashSize: hashSize,
            Self.netfilter + "nf_conntrack_max": maximum,
            Self.netfilter + "nf_conntrack_tcp_timeout_established": "432000",
            Self.netfilter + "nf_conntrack_tcp_timeout_close_wait": "60",
            Self.netfilter + "nf_conntrack_tcp_be_liberal": "0",
            Self.netfilter + "nf_conntrack_udp_timeout": "30",
            Self.netfilter + "nf_conntrack_udp_timeout_stream": "120",
            "/proc/self/oom_score_adj": "0",
        ])
    }

    /// kube-proxy's defaults.
    private let defaults = ConntrackLimits(
        maxPerCore: 32768, min: 131_072, tcpEstablishedTimeout: .seconds(86_400), tcpCloseWaitTimeout: .seconds(3600))

    @Test("kube-proxy's defaults set the limit, the table and two timeouts, and leave the rest")
    func byDefault() throws {
        let tree = try tree(cores: "0-7")
        let outcomes = NodeSetup(root: tree.root).apply(defaults)
        #expect(
            outcomes.map(\.setting) == [
                "net.netfilter.nf_conntrack_max", tree.root + Self.hashSize,
                "net.netfilter.nf_conntrack_tcp_timeout_established",
                "net.netfilter.nf_conntrack_tcp_timeout_close_wait",
            ])
        #expect(outcomes[0].result == .changed(from: "65536"))
        #expect(try tree.text(Self.netfilter + "nf_conntrack_max") == "262144")
        #expect(try tree.text(Self.hashSize) == "65536")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_tcp_timeout_established") == "86400")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_tcp_timeout_close_wait") == "3600")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_tcp_be_liberal") == "0")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_udp_timeout") == "30")
    }

    @Test("a small machine gets the minimum limit, and a table that is large enough stays")
    func smallMachine() throws {
        let tree = try tree(cores: "0", hashSize: "65536")
        let outcomes = NodeSetup(root: tree.root).apply(defaults)
        #expect(try tree.text(Self.netfilter + "nf_conntrack_max") == "131072")
        #expect(outcomes[1].result == .kept)
        #expect(try tree.text(Self.hashSize) == "65536")
    }

    @Test("0 per core leaves the limit and the table")
    func noLimit() throws {
        let tree = try tree()
        var limits = defaults
        limits.maxPerCore = 0
        limits.tcpBeLiberal = true
        limits.udpTimeout = .seconds(90)
        limits.udpStreamTimeout = .milliseconds(2_900)
        _ = NodeSetup(root: tree.root).apply(limits)
        #expect(try tree.text(Self.netfilter + "nf_conntrack_max") == "65536")
        #expect(try tree.text(Self.hashSize) == "16384")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_tcp_be_liberal") == "1")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_udp_timeout") == "90")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_udp_timeout_stream") == "2")
    }

    @Test("a setting that already has its value is not written")
    func unchanged() throws {
        let tree = try tree(cores: "0-1", maximum: "131072", hashSize: "32768")
        // A second pass finds what the first one wrote.
        _ = NodeSetup(root: tree.root).apply(defaults)
        #expect(NodeSetup(root: tree.root).apply(defaults).allSatisfy { $0.result == .kept })
    }

    @Test("a missing setting fails alone, and names its file")
    func missing() throws {
        let tree = try tree()
        try FileManager.default.removeItem(atPath: tree.root + Self.netfilter + "nf_conntrack_max")
        let outcomes = NodeSetup(root: tree.root).apply(defaults)
        guard case .failed(let error) = outcomes[0].result else {
            Issue.record("it did not fail: \(outcomes[0])")
            return
        }
        #expect(error.code == .missing)
        #expect(error.message.contains("nf_conntrack_max"))
        // The table is not resized for a missing limit.
        #expect(outcomes.count == 3)
        #expect(try tree.text(Self.hashSize) == "16384")
        #expect(try tree.text(Self.netfilter + "nf_conntrack_tcp_timeout_close_wait") == "3600")
    }

    @Test("the OOM score is that of this process")
    func oomScore() throws {
        let tree = try tree()
        #expect(NodeSetup(root: tree.root).setOOMScore(-999).result == .changed(from: "0"))
        #expect(try tree.text("/proc/self/oom_score_adj") == "-999")
    }

    @Test("CPUs are counted from ranges", arguments: [("0", 1), ("0-3", 4), ("0-3,8", 5), ("0,2,4-5", 4), ("", 1)])
    func cores(list: String, count: Int) throws {
        let tree = try tree(cores: list)
        #expect(NodeSetup(root: tree.root).cores == count)
    }
}
