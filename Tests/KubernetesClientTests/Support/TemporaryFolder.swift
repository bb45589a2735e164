import Foundation

/// A folder that exists while `body` runs.
func withTemporaryFolder<Value>(_ body: (TemporaryFolder) async throws -> Value) async throws -> Value {
    let folder = TemporaryFolder(path: NSTemporaryDirectory() + "kubernetes-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    do {
        let value = try await body(folder)
        try FileManager.default.removeItem(atPath: folder.path)
        return value
    } catch {
        try FileManager.default.removeItem(atPath: folder.path)
        throw error
    }
}

struct TemporaryFolder: Sendable {
    let path: String

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(filePath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }
}
