import ChildProcesses
import Glibc
import LabKit
import Testing

/// One fault: its cause, the question, and the expected answer.
struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    /// Replacements in the shop's manifest.
    var edits: [(old: String, new: String)] = []
    /// Objects in addition to the shop's.
    var more = ""
    /// Whether the pods' servers run.
    var serves = true
    var modes = ["nftables", "iptables"]
    /// A command that runs `servicelet explain`.
    var prefix: [String] = []
    var inject: @Sendable (FaultLab) async throws -> Void = { _ in }
    var question = ["shop/web"]
    /// The broken findings, `link code`; there must be no others.
    var faults: [String]
    /// Words in the broken findings.
    var words: [String]

    var testDescription: String { name }

    var manifest: String {
        edits.reduce(Shop.manifest + more) { text, edit in
            text.contains(edit.old) ? text.replacing(edit.old, with: edit.new) : "not found: \(edit.old)"
        }
    }

    /// The answer to the fault in each mode.
    func run(mode: String) async throws {
        let lab = try await FaultLab(manifest, mode: mode, serves: serves)
        try await inject(lab)
        let answer = try await lab.explain(question, prefix: prefix)
        #expect(answer.faults == faults, "\(name) in \(mode) mode:\n\(answer.text)")
        #expect(answer.exit == .code(faults.isEmpty ? 0 : 1), "\(name) in \(mode) mode:\n\(answer.text)")
        for word in words {
            #expect(answer.text.contains(word), "\(name) in \(mode) mode: “\(word)” is missing in\n\(answer.text)")
        }
        lab.proxy?.signal(SIGCONT)
        try await lab.proxy?.stop()
    }
}
