import Glibc
import Synchronization

/// The read end of a child's output: keeps its last mebibytes.
final class OutputPipe: Sendable {
    /// The most that is kept; the oldest output is dropped first.
    static let capacity = 8 << 20

    private let descriptor: Descriptor
    private let bytes = Mutex<[UInt8]>([])

    var number: Int32 { descriptor.number }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// A pipe: its read end, and its write end for the child.
    static func make() throws -> (reader: OutputPipe, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw LabError.system("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (OutputPipe(try Descriptor(ends[0], "pipe")), ends[1])
    }

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Reads what is available. False at the end: all writers have closed the pipe.
    func drain() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor.number, &chunk, chunk.count)
            guard count > 0 else { return count < 0 }
            bytes.withLock { bytes in
                bytes.append(contentsOf: chunk.prefix(count))
                if bytes.count > Self.capacity { bytes.removeFirst(bytes.count - Self.capacity) }
            }
        }
    }
}
