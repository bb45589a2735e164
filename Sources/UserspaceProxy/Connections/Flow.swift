import CLinux
import Glibc

/// One direction of a connection: from the socket being read to the one being written.
///
/// Small amounts are copied through a buffer shared by all connections of a thread; large ones are moved through a pipe
/// inside the kernel. Nothing is read until the other side has taken what was read before.
struct Flow {
    /// Whether there may be something to read, and room to write. The kernel reports when that begins, and we find out
    /// when it ends (edge-triggered epoll(7)).
    var isReadable = false
    var isWritable = false
    /// Whether an end or error is pending: then a short read is not the last one.
    var isEnding = false
    /// The source has ended, and everything has been read.
    var hasEnded = false
    /// The end has been passed on.
    var isFinished = false
    /// Whether bytes arrive so fast that a pipe pays off.
    private var isBulk = false
    private var pipe = Pipe()
    private var piped = 0
    /// Bytes that could not be written at once. Rarely used: from then on the flow uses a pipe.
    private var held: [UInt8] = []
    private var heldStart = 0

    /// Why moving bytes has paused or ended.
    enum Pause {
        /// Until one of the sockets is ready again.
        case blocked
        /// Other connections must have their turn.
        case yielded
        /// The end has been reached, and everything before it has been written.
        case ended
        /// The source socket failed.
        case sourceFailed(CInt)
        /// The destination socket failed.
        case targetFailed(CInt)
    }

    /// The maximum number of rounds before others have their turn.
    private static let rounds = 16
    private static let bulkSize = 1 << 20
    /// A pipe is given up when so few bytes arrive at a time.
    private static let smallSize = 16 << 10

    /// Moves bytes until a socket would block, and adds them to `count`.
    mutating func move(
        from source: CInt, to target: CInt, _ supplies: inout RelaySupplies, count: inout UInt64
    ) -> Pause {
        for _ in 0..<Self.rounds {
            if heldStart < held.count || piped > 0 {
                guard isWritable else { return .blocked }
                let written = writePending(to: target)
                if written == -CLong(EAGAIN) {
                    isWritable = false
                    return .blocked
                }
                if written < 0 { return .targetFailed(CInt(-written)) }
                count += UInt64(written)
                continue
            }
            if hasEnded { return .ended }
            guard isReadable else {
                if pipe.exists { supplies.pipes.give(takePipe(), isEmpty: true) }
                return .blocked
            }
            if isBulk, let pause = fillPipe(from: source, &supplies) {
                return pause
            } else if !isBulk, let pause = copy(from: source, to: target, &supplies, count: &count) {
                return pause
            }
        }
        return .yielded
    }

    /// Returns borrowed resources.
    mutating func release(_ supplies: inout RelaySupplies) {
        if pipe.exists { supplies.pipes.give(pipe, isEmpty: piped == 0) }
        self = Flow()
    }

    private mutating func takePipe() -> Pipe {
        defer { pipe = Pipe() }
        return pipe
    }

    private mutating func writePending(to target: CInt) -> CLong {
        if heldStart < held.count {
            let written = held.withUnsafeBytes { bytes in
                CLinux_send(target, bytes.baseAddress?.advanced(by: heldStart), CUnsignedLong(held.count - heldStart))
            }
            if written > 0 { heldStart += written }
            if heldStart == held.count {
                held = []
                heldStart = 0
            }
            return written
        }
        let written = CLinux_splice(pipe.output, target, CUnsignedLong(piped))
        if written > 0 { piped -= written }
        return written
    }

    /// Moves available bytes into the pipe; `nil` to continue.
    private mutating func fillPipe(from source: CInt, _ supplies: inout RelaySupplies) -> Pause? {
        if !pipe.exists { pipe = supplies.pipes.take() }
        guard pipe.exists else {
            isBulk = false
            return nil
        }
        let moved = CLinux_splice(source, pipe.input, CUnsignedLong(Self.bulkSize))
        if moved < 0 { return failedToRead(CInt(-moved)) }
        piped += moved
        if moved == 0 {
            hasEnded = true
        } else if moved < Self.smallSize {
            isBulk = false
        }
        return nil
    }

    /// Copies available bytes; `nil` to continue.
    private mutating func copy(
        from source: CInt, to target: CInt, _ supplies: inout RelaySupplies, count: inout UInt64
    ) -> Pause? {
        let room = supplies.buffer.count
        let read = supplies.buffer.withUnsafeMutableBytes {
            CLinux_receive(source, $0.baseAddress, CUnsignedLong(room))
        }
        if read < 0 { return failedToRead(CInt(-read)) }
        if read == 0 {
            hasEnded = true
            return nil
        }
        // That was everything: no need for another call.
        if read < room, !isEnding { isReadable = false }
        isBulk = read == room
        var written = 0
        if isWritable {
            written = supplies.buffer.withUnsafeBytes { CLinux_send(target, $0.baseAddress, CUnsignedLong(read)) }
            if written < 0 {
                guard written == -CLong(EAGAIN) else { return .targetFailed(CInt(-written)) }
                written = 0
            }
            count += UInt64(written)
        }
        if written < read {
            held = [UInt8](supplies.buffer[written..<read])
            isWritable = false
            isBulk = true
        }
        return nil
    }

    private mutating func failedToRead(_ error: CInt) -> Pause? {
        guard error == EAGAIN || error == EINTR else { return .sourceFailed(error) }
        if error == EAGAIN { isReadable = false }
        return nil
    }
}

/// Resources shared by the flows of a thread.
struct RelaySupplies: ~Copyable {
    /// Holds nothing between calls.
    var buffer: [UInt8]
    var pipes: PipePool

    init(pipeLimit: Int) {
        pipes = PipePool(limit: pipeLimit)
        buffer = [UInt8](repeating: 0, count: 64 << 10)
    }
}
