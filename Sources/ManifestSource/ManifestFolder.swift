import Foundation
import Glibc

/// The folder of manifests, or a single file in it.
struct ManifestFolder: Sendable {
    /// Larger files are refused, so that memory stays bounded.
    static let largestFile = 64 << 20

    let path: String
    /// The name of the file, if a single file was requested.
    let only: String?

    /// Finds out whether `path` is a folder or a file.
    init(at path: String) throws(ManifestSourceError) {
        guard let stamp = FileStamp(path: path) else {
            let error = errno
            throw ManifestSourceError(
                code: error == ENOENT ? .notFound : .unreadable,
                message: "no manifests at \(path): \(systemMessage(error)); create the folder or file, or name another",
                errno: error)
        }
        if stamp.isFolder {
            self.path = path
            only = nil
        } else {
            let url = URL(filePath: path)
            self.path = url.deletingLastPathComponent().path
            only = url.lastPathComponent
        }
    }

    /// Whether a change to the entry `name` can change the manifests.
    ///
    /// Kubernetes mounts a ConfigMap as links through `..data`, and replaces that link for a new version of all files.
    func concerns(_ name: String) -> Bool {
        name == "..data" || isManifest(name)
    }

    private func isManifest(_ name: String) -> Bool {
        if let only { return name == only }
        guard !name.hasPrefix(".") else { return false }
        return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }

    /// The regular files with manifests, each with the stamp of its version.
    func list() throws(ManifestSourceError) -> [String: FileStamp] {
        guard let folder = opendir(path) else {
            let error = errno
            throw ManifestSourceError(
                code: error == ENOENT ? .notFound : .unreadable,
                message:
                    "the folder \(path) cannot be read: \(systemMessage(error)); restore it or fix its permissions",
                errno: error)
        }
        defer { closedir(folder) }
        var files: [String: FileStamp] = [:]
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard isManifest(name), let stamp = FileStamp(path: "\(path)/\(name)"), stamp.isRegular else { continue }
            files[name] = stamp
        }
        return files
    }

    /// The bytes of a file.
    func read(_ name: String) throws(ManifestSourceError) -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= Self.largestFile {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Self.unreadable(errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw ManifestSourceError(
            code: .unreadable, message: "the file has more than \(Self.largestFile >> 20) MB; split it", errno: EFBIG)
    }

    private static func unreadable(_ error: Int32) -> ManifestSourceError {
        ManifestSourceError(
            code: error == ENOENT ? .notFound : .unreadable,
            message: "the file cannot be read: \(systemMessage(error)); fix its permissions", errno: error)
    }
}

extension ManifestState {
    /// Reads the current content of the file `name` in `folder`.
    mutating func read(_ name: String, in folder: ManifestFolder) {
        do {
            update(file: name, contents: try folder.read(name))
        } catch {
            // A file deleted since the folder was listed counts as absent.
            if error.code == .notFound { remove(file: name) } else { fail(file: name, reason: error.message) }
        }
    }
}

/// Distinguishes versions of a file without reading it.
struct FileStamp: Sendable, Equatable {
    private let device: UInt
    private let inode: UInt
    private let mode: UInt32
    private let seconds: Int
    private let nanoseconds: Int
    let size: Int

    /// Follows links; `nil`, with `errno` set, if there is nothing.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        mode = status.st_mode
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        size = Int(status.st_size)
    }

    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
    var isRegular: Bool { mode & S_IFMT == S_IFREG }
}

/// The C library's message for an error number.
func systemMessage(_ error: Int32) -> String {
    guard let text = strerror(error) else { return "error \(error)" }
    return String(cString: text)
}
