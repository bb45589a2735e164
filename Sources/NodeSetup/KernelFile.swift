import Glibc

/// A file in /proc or /sys that holds one value. Calls block.
struct KernelFile {
    let path: String

    /// The value, without the newline.
    func read() throws(NodeSetupError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NodeSetupError("read \(path)", errno: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw NodeSetupError("read \(path)", errno: errno) }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Replaces the value.
    func write(_ value: String) throws(NodeSetupError) {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw NodeSetupError("write \(value) to \(path)", errno: errno) }
        defer { close(descriptor) }
        let bytes = Array(value.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw NodeSetupError("write \(value) to \(path)", errno: errno)
        }
    }
}
