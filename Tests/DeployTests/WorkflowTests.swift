import Foundation
import KubernetesObjects
import Testing

/// The workflows in .github only call make.
@Suite("Workflows")
struct WorkflowTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("each calls only Makefile targets of the project", arguments: ["test", "nightly"])
    func targets(name: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: ".github/workflows/\(name).yml"), encoding: .utf8)
        let workflow = try YAMLReader.parse(Array(text.utf8)).value
        let makefile = try String(contentsOf: Self.root.appending(path: "Makefile"), encoding: .utf8)
        var called: [Substring] = []
        for (_, job) in try #require(workflow["jobs"]?.object) {
            for step in job["steps"]?.array ?? [] {
                let script = step["run"]?.string ?? ""
                #expect(!script.contains("swift build") && !script.contains("scripts/"), "\(script)")
                for call in script.matches(of: /make ([a-z][a-z -]*)/) { called += call.output.1.split(separator: " ") }
            }
        }
        #expect(called.contains(name == "test" ? "test" : "fuzz"))
        for target in called where !["git", "sudo", "python"].contains(target) {
            #expect(makefile.contains("\n\(target):"), "make \(target)")
        }
    }
}
