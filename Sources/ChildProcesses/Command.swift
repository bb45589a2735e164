import Glibc

/// Runs a program to completion, in the network namespace of the calling thread, and blocks that thread.
package struct Command: Sendable {
    /// The program, a path or a name in `PATH`, and its arguments.
    package var arguments: [String]
    /// The time after which the program is killed.
    package var timeout: Duration

    package struct Outcome: Sendable {
        /// The exit status; 128 and more for a signal, as shells count.
        package var status: Int32
        /// The last part of its standard error.
        package var errors: String
    }

    /// Why a program did not run to completion.
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case notFound(program: String)
        case notStarted(program: String, reason: String)
        case tooSlow(program: String, Duration)

        package var description: String {
            switch self {
            case .notFound(let program): "the program \(program) is missing"
            case .notStarted(let program, let reason): "\(program) cannot be started: \(reason)"
            case .tooSlow(let program, let duration): "\(program) did not end within \(duration) and was killed"
            }
        }
    }

    package init(arguments: [String], timeout: Duration) {
        self.arguments = arguments
        self.timeout = timeout
    }

    /// The program's name, for messages.
    package var program: String { arguments.first ?? "" }

    /// Writes `input` to the program's standard input and passes on its output piece by piece.
    package func run(
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
        return Outcome(status: Exit(status: status).shellStatus, errors: conversation.errorText)
    }

    /// A socket pair, because sockets can be created close-on-exec, and written to without SIGPIPE.
    private func pipe() throws(Failure) -> Pipe {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw notStarted(errno) }
        return Pipe(reader: Descriptor(ends[0]), writer: Descriptor(ends[1]))
    }

    /// Starts the program, with our ends of the pipes closed in it and its ends closed in us.
    private func start(
        _ input: borrowing Pipe, _ output: borrowing Pipe, _ errors: borrowing Pipe
    ) throws(Failure) -> pid_t {
        defer { for descriptor in [input.reader, output.writer, errors.writer] { descriptor.close() } }
        return try Spawn.start(
            arguments, input: input.reader.number, output: output.writer.number, errors: errors.writer.number)
    }

    private func notStarted(_ number: Int32) -> Failure {
        .notStarted(program: program, reason: String(cString: strerror(number)))
    }
}
