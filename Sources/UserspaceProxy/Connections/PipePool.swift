import CLinux
import Glibc

/// A pipe through which bytes move without passing through our memory (splice(2)).
struct Pipe {
    var output: CInt = -1
    var input: CInt = -1

    var exists: Bool { output >= 0 }
}

/// The pipes of a thread, in use and idle.
struct PipePool: ~Copyable {
    /// The requested pipe size, so that one call moves much. The kernel may grant less.
    private static let capacity: Int32 = 256 << 10
    /// The number of idle pipes kept.
    private static let maximumSpares = 64

    private let limit: Int
    /// The number of pipes.
    private var count = 0
    private var spares: [Pipe] = []

    /// At most `limit` pipes exist at a time.
    init(limit: Int) { self.limit = limit }

    deinit {
        for pipe in spares { Self.close(pipe) }
    }

    /// An empty pipe; an absent one if the limit of pipes or open files is reached.
    mutating func take() -> Pipe {
        if let pipe = spares.popLast() { return pipe }
        guard count < limit else { return Pipe() }
        var ends: (CInt, CInt) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) { bytes in
            CLinux_pipe(bytes.baseAddress?.assumingMemoryBound(to: CInt.self), Self.capacity)
        }
        guard result == 0 else { return Pipe() }
        count += 1
        return Pipe(output: ends.0, input: ends.1)
    }

    /// Takes a pipe back; one that is not empty is closed.
    mutating func give(_ pipe: Pipe, isEmpty: Bool) {
        guard pipe.exists else { return }
        if isEmpty, spares.count < Self.maximumSpares {
            spares.append(pipe)
        } else {
            Self.close(pipe)
            count -= 1
        }
    }

    private static func close(_ pipe: Pipe) {
        Glibc.close(pipe.output)
        Glibc.close(pipe.input)
    }
}
