import Glibc

/// Owns a file descriptor and closes it at the end of its lifetime.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes the result of a system call.
    init(_ number: Int32, _ what: @autoclosure () -> String) throws {
        guard number >= 0 else { throw LabError.system(what()) }
        self.number = number
    }

    deinit { close(number) }
}
