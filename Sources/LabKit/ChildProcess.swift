import CLinux
package import ChildProcesses
import Glibc
import Synchronization

/// A process in a namespace. It is killed when this object is released, and when our process dies for any reason.
package final class ChildProcess: Sendable {
    /// The command line, for messages.
    package let command: String
    /// Keeps alive the thread that the process belongs to.
    private let namespace: NetworkNamespace
    private let pid: pid_t
    private let outputPipe: OutputPipe
    private let errorPipe: OutputPipe
    private let reaped = Mutex<Exit?>(nil)

    init(command: String, pid: pid_t, output: OutputPipe, errors: OutputPipe, in namespace: NetworkNamespace) {
        self.command = command
        self.pid = pid
        self.namespace = namespace
        outputPipe = output
        errorPipe = errors
    }

    deinit {
        for pipe in [outputPipe, errorPipe] { namespace.thread.forget(pipe.number) }
        guard poll() == nil else { return }
        signal(SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// The process's standard output so far.
    package var output: String { outputPipe.text }
    /// The process's standard error so far.
    package var errors: String { errorPipe.text }

    /// Sends a signal if the process is still running.
    package func signal(_ number: Int32) {
        reaped.withLock { if $0 == nil { kill(pid, number) } }
    }

    /// How the process ended; nil while it runs.
    package func poll() -> Exit? {
        reaped.withLock { exit in
            var status: Int32 = 0
            if exit == nil, waitpid(pid, &status, WNOHANG) == pid {
                exit = Exit(status: status)
            }
            return exit
        }
    }

    /// Waits for the process to end, and for the last of its output. Throws ``LabError/Code/timeout``.
    package func exit(within timeout: Duration) async throws -> Exit {
        try await namespace.awaitExit(of: self, pid, timeout)
        guard let exit = poll() else {
            throw LabError(.timeout, "\(command) did not end within \(timeout)", cause: errors)
        }
        await namespace.drain([outputPipe, errorPipe])
        return exit
    }
}

extension NetworkNamespace {
    fileprivate func awaitExit(of process: ChildProcess, _ pid: pid_t, _ timeout: Duration) async throws {
        guard process.poll() == nil else { return }
        // Not yet reaped, so the number still means this process.
        let descriptor = try Descriptor(CLinux_pidfd_open(pid), "pidfd_open")
        _ = await thread.wait(for: .readable, on: descriptor.number, until: .now + timeout)
    }

    /// Reads the rest of the output, on the thread that has read the output before.
    fileprivate func drain(_ pipes: [OutputPipe]) {
        for pipe in pipes { _ = pipe.drain() }
    }
}
