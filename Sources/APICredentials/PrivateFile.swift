import SystemPackage

/// Files with secrets: mode 0600, written atomically.
enum PrivateFile {
    /// Writes a temporary file, syncs it to the disk, and renames it.
    static func write(_ text: String, to path: String, mode: FilePermissions = .ownerReadWrite) throws {
        let temporary = path + ".new"
        do {
            let file = try FileDescriptor.open(
                FilePath(temporary), .writeOnly, options: [.create, .truncate, .noFollow], permissions: mode)
            try file.closeAfter {
                _ = try file.writeAll(Array(text.utf8))
                try synchronize(file)
            }
            try rename(temporary, to: path)
        } catch let error as Errno {
            throw CredentialError("\(path) cannot be written: \(error)")
        }
    }

    /// The text of a file; `nil` if there is none.
    static func read(_ path: String) throws -> String? {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            let bytes = try file.closeAfter { try readAll(file) }
            return String(decoding: bytes, as: UTF8.self)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch let error as Errno {
            throw CredentialError("\(path) cannot be read: \(error)")
        }
    }

    private static func readAll(_ file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
