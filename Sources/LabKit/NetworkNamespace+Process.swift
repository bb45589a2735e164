import ChildProcesses
import Foundation

extension NetworkNamespace {
    /// Starts a command in the namespace, with `input` as its standard input.
    package func spawn(_ arguments: [String], input: String = "") throws -> ChildProcess {
        // A child inherits the namespace of the thread that starts it, and dies with that thread.
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + arguments
        let command = arguments.dropFirst(4).joined(separator: " ")
        let (output, outputEnd) = try OutputPipe.make()
        defer { close(outputEnd) }
        let (errors, errorEnd) = try OutputPipe.make()
        defer { close(errorEnd) }
        let inputFile = try temporaryFile(input)

        let pid: pid_t
        do throws(Command.Failure) {
            pid = try Spawn.start(arguments, input: inputFile.number, output: outputEnd, errors: errorEnd)
        } catch {
            throw LabError(.command, "cannot start \(command) with setpriv", cause: "\(error)")
        }
        thread.whenReadable(output.number) { output.drain() }
        thread.whenReadable(errors.number) { errors.drain() }
        return ChildProcess(command: command, pid: pid, output: output, errors: errors, in: self)
    }

    /// Runs a command to completion and returns its output. If it fails, throws its standard error.
    @discardableResult
    package func run(_ arguments: String..., input: String = "", timeout: Duration = .patience) async throws
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

    /// An unlinked file, positioned at its start.
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
