package import Foundation

/// A folder under the system's temporary folder, deleted with this object.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let url: URL

    /// Creates an empty folder with a unique name.
    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "servicelet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit {
        // At worst, a temporary folder is left behind.
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file of the folder. Readers see the old text or the new one, never a part.
    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name), options: .atomic)
    }

    /// Removes a file of the folder.
    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: url.appending(path: name))
    }

    /// Reads a file of the folder.
    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
    }
}
