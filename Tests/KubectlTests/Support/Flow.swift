import Foundation
import Testing

/// Commands of kubectl and their output, recorded from kube-apiserver 1.36.2.
///
/// A folder in `Flows`: `commands`, a line of bash each; `files`, the folder that they run in; `expected`, for each
/// command `$ COMMAND`, its output, its errors with `! ` before each line, and `[exit N]`, all normalised
/// (``Normaliser``).
struct Flow: Sendable, CustomTestStringConvertible {
    let folder: URL

    var name: String { folder.lastPathComponent }
    var testDescription: String { name }

    /// All flows, in the order of their names.
    static let all: [Flow] = {
        guard let folder = Bundle.module.url(forResource: "Flows", withExtension: nil),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.sorted().map { Flow(folder: folder.appending(path: $0)) }
    }()

    /// The Namespace of the flow, which is kubectl's default: `flow-01`.
    var namespace: String { "flow-\(name.prefix(2))" }

    /// A backslash at the end of a line continues the command.
    var commands: [String] {
        get throws {
            try read("commands").replacing("\\\n", with: "\\\u{0}").split(separator: "\n")
                .map { String($0).replacing("\\\u{0}", with: "\\\n") }
        }
    }

    var expected: [Substring] {
        get throws { try read("expected").split(separator: "\n", omittingEmptySubsequences: false) }
    }

    /// Literals in the flow itself: addresses and ports in it are not replaced by placeholders.
    var literals: String {
        get throws {
            let files = folder.appending(path: "files")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: files.path)) ?? []
            return try names.reduce(into: try read("commands")) { $0 += try read("files/\($1)") }
        }
    }

    private func read(_ file: String) throws -> String {
        let url = folder.appending(path: file)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            return ""
        }
        return try String(contentsOf: url, encoding: .utf8)
    }
}
