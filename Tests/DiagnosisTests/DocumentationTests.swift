import Diagnosis
import Foundation
import Testing

/// The page for people in trouble says what the program says.
@Suite("Documentation")
struct DocumentationTests {
    @Test("docs/explain.md names every code and every link")
    func codes() throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "docs/explain.md"), encoding: .utf8)
        for code in FindingCode.allCases { #expect(page.contains("`\(code.rawValue)`"), "\(code)") }
        for kind in LinkKind.allCases { #expect(page.contains("| \(kind.title) |"), "\(kind)") }
    }
}
