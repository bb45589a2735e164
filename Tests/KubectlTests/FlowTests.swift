import Foundation
import LabKit
import Testing

/// The real kubectl, helm and the client for Python against the program: their output is the same as
/// with kube-apiserver.
@Suite("Clients of the Kubernetes API")
struct FlowTests {
    @Test("there are flows")
    func presence() {
        #expect(Flow.all.count > 10)
    }

    @Test("clients print what was recorded", .timeLimit(.minutes(10)), arguments: Flow.all)
    func flow(_ flow: Flow) async throws {
        let server = try await KubectlServer()
        let files = flow.folder.appending(path: "files")
        if FileManager.default.fileExists(atPath: files.path) {
            for name in try FileManager.default.contentsOfDirectory(atPath: files.path) {
                try FileManager.default.copyItem(
                    atPath: files.appending(path: name).path, toPath: "\(server.work)/\(name)")
            }
        }
        let prepared = try await server.run(
            """
            kubectl config rename-context "$(kubectl config current-context)" x &&
            kubectl config set-context --current --namespace=$NS && kubectl create ns $NS
            """, namespace: flow.namespace)
        try #require(prepared.status == 0, "\(prepared.errors)")
        let normalise = try Normaliser(literals: try flow.literals, folder: server.work, home: server.folder.url.path)
        var lines: [Substring] = []
        for command in try flow.commands {
            guard !command.hasPrefix("#") else {
                lines.append(Substring(command))
                continue
            }
            let outcome = try await server.run(command, namespace: flow.namespace)
            lines += "$ \(command)".split(separator: "\n")
            var output = try normalise(outcome.output)[...]
            while output.last == "\n" { output.removeLast() }
            if !output.allSatisfy(\.isWhitespace) {
                lines += output.split(separator: "\n", omittingEmptySubsequences: false)
            }
            lines += try normalise(outcome.errors).split(separator: "\n").map { Substring("! \($0)") }
            lines.append("[exit \(outcome.status)]")
        }
        lines.append("")
        let difference = lines.difference(from: try flow.expected)
        #expect(difference.isEmpty, "\(Self.text(difference))")
        try await server.stop()
    }

    private static func text(_ difference: CollectionDifference<Substring>) -> String {
        difference.map { change in
            switch change {
            case .remove(let line, let text, _): "line \(line + 1) expected: \(text)"
            case .insert(let line, let text, _): "line \(line + 1) got:      \(text)"
            }
        }.joined(separator: "\n")
    }
}
