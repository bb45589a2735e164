import CLinux
import Glibc

/// Starts programs, in the network namespace of the calling thread.
package enum Spawn {
    /// Starts a program, looked up in `PATH`, and returns its process id. The caller reaps it with waitpid(2).
    ///
    /// The three descriptors become the program's standard input, output and error; it gets no others. It starts with
    /// the default handling of all signals, and in its own process group: Ctrl-C in a terminal stops us, and we stop
    /// our children in order.
    package static func start(
        _ arguments: [String], input: Int32, output: Int32, errors: Int32
    ) throws(Command.Failure) -> Int32 {
        let program = arguments.first ?? ""
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for (number, end) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
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
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, flags)

        var argv = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &files, &attributes, &argv, environ)
        guard failure == 0 else {
            throw failure == ENOENT
                ? .notFound(program: program)
                : .notStarted(program: program, reason: String(cString: strerror(failure)))
        }
        return pid
    }
}

/// How a process ended.
package enum Exit: Hashable, Sendable {
    /// By itself, with this exit status.
    case code(Int32)
    /// By this signal.
    case signal(Int32)

    /// Reads the status that waitpid(2) gives.
    package init(status: Int32) {
        self = CLinux_exited(status) ? .code(CLinux_exit_code(status)) : .signal(CLinux_termination_signal(status))
    }

    /// One number for both, as in shells: 128 plus the number of a signal.
    package var shellStatus: Int32 {
        switch self {
        case .code(let code): code
        case .signal(let number): 128 + number
        }
    }
}
