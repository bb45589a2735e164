import CLinux
import Foundation

extension NetworkNamespace {
    /// Starts a command in the namespace. `input` is what it reads from its standard input.
    package func spawn(_ arguments: [String], input: String = "") throws -> ChildProcess {
        // A child inherits the namespace of the thread that starts it, and dies with that thread.
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + arguments
        let command = arguments.dropFirst(4).joined(separator: " ")
        let (output, outputEnd) = try OutputPipe.make()
        defer { close(outputEnd) }
        let (errors, errorEnd) = try OutputPipe.make()
        defer { close(errorEnd) }
        let inputFile = try temporaryFile(input)

        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for (number, end) in [(STDIN_FILENO, inputFile.number), (STDOUT_FILENO, outputEnd), (STDERR_FILENO, errorEnd)] {
            posix_spawn_file_actions_adddup2(&files, end, number)
        }
        CLinux_close_from(&files, STDERR_FILENO + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own: Ctrl-C in a terminal is for us, and we end our children in order.
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, flags)

        var pid: pid_t = 0
        var argv = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        let failure = posix_spawnp(&pid, "setpriv", &files, &attributes, &argv, environ)
        guard failure == 0 else { throw LabError.system("cannot start \(command) with setpriv", failure) }
        thread.whenReadable(output.number) { output.drain() }
        thread.whenReadable(errors.number) { errors.drain() }
        return ChildProcess(command: command, pid: pid, output: output, errors: errors, in: self)
    }

    /// Runs a command to its end and returns its output. Throws what it wrote to its standard error if it fails.
    @discardableResult
    package func run(_ arguments: String..., input: String = "", timeout: Duration = .seconds(30)) async throws
        -> String
    {
        let process = try spawn(arguments, input: input)
        let exit = try await process.exit(within: timeout)
        guard exit == .code(0) else {
            throw LabError(.command, "\(process.command) failed in \(name) (\(exit))", cause: process.errors)
        }
        return process.output
    }

    /// Runs lines of `ip` in one process, as `ip -batch` takes them.
    package func ip(_ lines: String...) async throws {
        try await run("ip", "-batch", "-", input: lines.joined(separator: "\n") + "\n")
    }

    /// A file that has no name any more, at its beginning.
    private func temporaryFile(_ text: String) throws -> Descriptor {
        var path = Array("/tmp/servicelet-lab-XXXXXX".utf8CString)
        let file = try Descriptor(mkstemp(&path), "mkstemp")
        unlink(path)
        guard write(file.number, text, text.utf8.count) == text.utf8.count, lseek(file.number, 0, SEEK_SET) == 0 else {
            throw LabError.system("cannot write the input of a command")
        }
        return file
    }
}
