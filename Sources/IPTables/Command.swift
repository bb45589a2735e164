import CLinux
import Glibc

/// Runs a program to its end, in the network namespace of the calling thread, and blocks that thread meanwhile.
struct Command {
    /// The program, a path or a name in `PATH`, and its arguments.
    var arguments: [String]
    /// The time after which the program is killed.
    var timeout: Duration

    struct Outcome: Sendable {
        /// The exit status; 128 and more for a signal, as shells count.
        var status: Int32
        /// The end of what it wrote to its standard error.
        var errors: String
    }

    enum Failure: Error, Sendable, Hashable {
        case notFound(program: String)
        case notStarted(program: String, reason: String)
        case tooSlow(program: String, Duration)
    }

    /// The program's name, for messages.
    var program: String { arguments.first ?? "" }

    /// Writes `input` to the program's standard input and hands out what it prints, piece by piece.
    func run(
        input: [UInt8] = [], _ output: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws(Failure) -> Outcome {
        let standardInput = try pipe()
        let standardOutput = try pipe()
        let standardError = try pipe()
        let pid = try start(standardInput, standardOutput, standardError)
        var conversation = Conversation(
            input: standardInput.writer, output: standardOutput.reader, errors: standardError.reader, text: input)
        let isDone = conversation.run(until: ContinuousClock.now + timeout, output)
        if !isDone { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard isDone else { throw .tooSlow(program: program, timeout) }
        let code = CLinux_exited(status) ? CLinux_exit_code(status) : 128 + CLinux_termination_signal(status)
        return Outcome(status: code, errors: conversation.errorText)
    }

    /// A pair of sockets, because these are born closed for other children, and writing to one can do without SIGPIPE.
    private func pipe() throws(Failure) -> Pipe {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw notStarted(errno) }
        return Pipe(reader: Descriptor(ends[0]), writer: Descriptor(ends[1]))
    }

    /// Starts the program with our ends of the pipes closed in it, and its ends closed in us.
    private func start(
        _ input: borrowing Pipe, _ output: borrowing Pipe, _ errors: borrowing Pipe
    ) throws(Failure) -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, input.reader.number, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, output.writer.number, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, errors.writer.number, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &files, &attributes, &argv, environ)
        for descriptor in [input.reader, output.writer, errors.writer] { descriptor.close() }
        guard failure == 0 else { throw failure == ENOENT ? .notFound(program: program) : notStarted(failure) }
        return pid
    }

    private func notStarted(_ number: Int32) -> Failure {
        .notStarted(program: program, reason: String(cString: strerror(number)))
    }
}

private struct Pipe {
    let reader: Descriptor
    let writer: Descriptor
}

/// Closes a descriptor once, at the latest when nobody refers to it any more.
private final class Descriptor {
    private(set) var number: Int32

    init(_ number: Int32) { self.number = number }
    deinit { close() }

    func close() {
        guard number >= 0 else { return }
        Glibc.close(number)
        number = -1
    }
}

/// Feeds a child and listens to it, at the same time: with either alone, both sides could wait for each other.
private struct Conversation {
    let input: Descriptor
    let output: Descriptor
    let errors: Descriptor
    let text: [UInt8]
    private var written = 0
    private var errorBytes: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// More than this of the standard error is forgotten, the oldest first.
    private static let errorLimit = 1 << 14

    init(input: Descriptor, output: Descriptor, errors: Descriptor, text: [UInt8]) {
        self.input = input
        self.output = output
        self.errors = errors
        self.text = text
        if text.isEmpty { input.close() }
    }

    var errorText: String { String(decoding: errorBytes, as: UTF8.self) }

    /// Returns false if the deadline came before the child closed its output.
    mutating func run(until deadline: ContinuousClock.Instant, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        while output.number >= 0 || errors.number >= 0 {
            let rest = deadline - ContinuousClock.now
            guard rest > .zero else { return false }
            // Closed descriptors are negative, which poll passes over.
            var events = [
                pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.number, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = Int32(clamping: rest.components.seconds * 1000 + 1)
            guard poll(&events, nfds_t(events.count), min(milliseconds, 1000)) > 0 else { continue }
            if events[0].revents != 0 { write() }
            if events[1].revents != 0 { read(output, body) }
            if events[2].revents != 0 {
                var new: [UInt8] = []
                read(errors) { new += $0 }
                errorBytes = (errorBytes + new).suffix(Self.errorLimit)
            }
        }
        return true
    }

    private mutating func write() {
        let count = text.withUnsafeBytes { bytes in
            send(
                input.number, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count > 0 { written += count }
        // A child that reads no further (EPIPE) has said why on its standard error.
        if written == text.count || count < 0 && errno != EAGAIN && errno != EINTR { input.close() }
    }

    private mutating func read(_ descriptor: Descriptor, _ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeMutableBytes { bytes in
            let count = Glibc.read(descriptor.number, bytes.baseAddress, bytes.count)
            if count > 0 {
                body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            } else if count == 0 || errno != EINTR {
                descriptor.close()
            }
        }
    }
}
