import ChildProcesses
import Foundation
import LabKit
import Testing

/// The shop's cluster with its pods and a proxy, and the commands that examine it. Used by one task.
final class FaultLab {
    let cluster: Cluster
    let manifests: TemporaryFolder
    let mode: String
    private(set) var proxy: ProxyProcess?
    /// Processes that run besides the proxy until the lab ends.
    var processes: [ChildProcess] = []

    /// A lab whose node follows `manifest`; `serves` starts the servers of the pods.
    init(_ manifest: String, mode: String, serves: Bool = true) async throws {
        cluster = try await Cluster()
        self.mode = mode
        manifests = try TemporaryFolder()
        try manifests.write(manifest, to: "shop.yaml")
        if serves {
            try await cluster.serve(SocketAddress("10.244.0.7", 8080))
            try await cluster.serve(SocketAddress("10.244.1.9", 8080))
        } else {
            _ = try await cluster.home(of: "10.244.0.7")
            _ = try await cluster.home(of: "10.244.1.9")
        }
        try await cluster.serve(SocketAddress("10.244.0.7", 5353), over: .udp)
        proxy = try await ProxyProcess(Servicelet.proxy(manifests: manifests.url, mode: mode), on: cluster.node)
    }

    /// Kills the proxy abruptly; what it has programmed stays.
    func killProxy() async throws {
        try await proxy?.kill()
        proxy = nil
    }

    /// Runs a command on the node, and expects it to succeed.
    func node(_ arguments: String...) async throws {
        let process = try await cluster.node.spawn(arguments)
        let exit = try await process.exit(within: .patience)
        try #require(exit == .code(0), "\(arguments.joined(separator: " ")): \(process.errors)")
    }

    /// Adds a rule of nft that IPv4 packets from elsewhere meet before they are tracked.
    func addEarlyRule(_ rule: String) async throws {
        try await node("nft", "add", "table", "ip", "early")
        try await node("nft", "add", "chain", "ip", "early", "raw", "{ type filter hook prerouting priority -300; }")
        try await node("nft", "add", "rule", "ip", "early", "raw", rule)
    }

    /// The answer of `servicelet explain`; `prefix` is a command that runs it.
    func explain(_ arguments: [String], prefix: [String] = []) async throws -> Answer {
        try await answer(
            prefix + [try Servicelet.binary(), "explain"] + source(arguments) + ["-o", "json"] + arguments)
    }

    /// The answer of `servicelet check`.
    func check(_ arguments: [String] = []) async throws -> CheckAnswer {
        let command = [try Servicelet.binary(), "check"] + source(arguments) + ["-o", "json"] + arguments
        let process = try await cluster.node.spawn(command)
        let exit = try await process.exit(within: .patience)
        let document = try decode(CheckAnswer.Document.self, process)
        return CheckAnswer(exit: exit, items: document.items)
    }

    /// The source of objects while no proxy runs.
    private func source(_ arguments: [String]) -> [String] {
        guard proxy == nil, !arguments.contains("--kubeconfig") else { return [] }
        return [
            "--manifests", manifests.url.path, "--hostname-override", "n1", "--proxy-mode", mode, "--cluster-cidr",
            ClusterAddress.podNetworks,
        ]
    }

    private func answer(_ command: [String]) async throws -> Answer {
        let process = try await cluster.node.spawn(command)
        let exit = try await process.exit(within: .patience)
        return Answer(exit: exit, document: try decode(Answer.Document.self, process))
    }

    private func decode<T: Decodable>(_ type: T.Type, _ process: ChildProcess) throws -> T {
        do { return try JSONDecoder().decode(type, from: Data(process.output.utf8)) } catch {
            Issue.record("\(process.command): \(process.output)\(process.errors)")
            throw error
        }
    }

    /// Waits until `condition` holds; fails the test if it does not. The bound guards against hanging.
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)\n\(proxy?.log ?? "")")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

struct AnswerFinding: Decodable, Hashable {
    var verdict: String
    var code: String
    var text: String
    var proof: String
    var remedy: String
}

/// The output of `servicelet explain -o json`.
struct Answer {
    struct Link: Decodable {
        var kind: String
        var verdict: String
        var findings: [AnswerFinding]
    }

    struct Document: Decodable {
        var verdict: String
        var headline: String
        var links: [Link]
    }

    var exit: Exit
    var document: Document

    /// The broken findings, `link code`, in chain order.
    var faults: [String] {
        document.links.flatMap { link in
            link.findings.filter { $0.verdict == "broken" }.map { "\(link.kind) \($0.code)" }
        }
    }

    /// All broken findings as text, for messages.
    var text: String {
        document.links.flatMap { link in
            link.findings.map { "\(link.kind) \($0.verdict) \($0.code): \($0.text) | \($0.proof) | \($0.remedy)" }
        }.joined(separator: "\n")
    }
}

/// The output of `servicelet check -o json`.
struct CheckAnswer {
    struct Item: Decodable, Hashable {
        var subject: String
        var finding: AnswerFinding
    }

    struct Document: Decodable {
        var items: [Item]
    }

    var exit: Exit
    var items: [Item]

    var faults: [String] { items.filter { $0.finding.verdict == "broken" }.map { "\($0.subject) \($0.finding.code)" } }
    var text: String {
        items.map { "\($0.subject) \($0.finding.verdict) \($0.finding.code): \($0.finding.text) | \($0.finding.proof)" }
            .joined(separator: "\n")
    }
}
