import CLinux
import Glibc

/// A pipe that bytes are moved through without passing our memory (splice(2)).
struct Pipe {
    var output: CInt = -1
    var input: CInt = -1

    var exists: Bool { output >= 0 }
}

/// Empty pipes that wait for their next use. Belongs to one thread.
struct PipePool: ~Copyable {
    /// What a pipe is to hold, so that one call moves much. The kernel may give less.
    private static let capacity: Int32 = 256 << 10
    /// Pipes that are kept although nobody needs them.
    private static let maximumSpares = 64

    private var spares: [Pipe] = []

    init() {}

    deinit {
        for pipe in spares { Self.close(pipe) }
    }

    /// An empty pipe; one that does not exist where the limit of open files is reached.
    mutating func take() -> Pipe {
        if let pipe = spares.popLast() { return pipe }
        var ends: (CInt, CInt) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) { bytes in
            CLinux_pipe(bytes.baseAddress?.assumingMemoryBound(to: CInt.self), Self.capacity)
        }
        return result == 0 ? Pipe(output: ends.0, input: ends.1) : Pipe()
    }

    /// Takes a pipe back; one that is not empty is closed.
    mutating func give(_ pipe: Pipe, isEmpty: Bool) {
        guard pipe.exists else { return }
        if isEmpty, spares.count < Self.maximumSpares {
            spares.append(pipe)
        } else {
            Self.close(pipe)
        }
    }

    private static func close(_ pipe: Pipe) {
        Glibc.close(pipe.output)
        Glibc.close(pipe.input)
    }
}
