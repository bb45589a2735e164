import Glibc

/// The owner of a file descriptor: closes it when its life ends.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes what a system call returned.
    init(_ number: Int32, _ what: @autoclosure () -> String) throws {
        guard number >= 0 else { throw LabError.system(what()) }
        self.number = number
    }

    deinit { close(number) }
}
