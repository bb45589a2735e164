import CBenchmark

/// The network namespace in which a benchmark runs: nothing of the machine's own is read or written.
enum NetworkNamespace {
    /// Moves this process into a new, empty network namespace. Programs that it starts run there, too.
    static func enter() throws {
        guard CBenchmark_enter_namespace() == 0 else {
            throw BenchmarkError.system("cannot make a network namespace (run it as root)")
        }
    }
}
