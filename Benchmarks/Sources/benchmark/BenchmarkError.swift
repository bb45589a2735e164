import Glibc

/// Why there is no measurement. Slowness is not an error.
struct BenchmarkError: Error, CustomStringConvertible {
    enum Code {
        /// The machine refuses something, such as network namespaces without root.
        case system
        /// The kernel refused a netlink message.
        case kernel
        /// The program exited, or did not do what was awaited.
        case program
    }

    var code: Code
    var message: String
    /// The error number of the failed call; 0 if there is none.
    var errorNumber: Int32 = 0

    var description: String {
        errorNumber == 0 ? message : "\(message): \(String(cString: strerror(errorNumber)))"
    }

    static func system(_ message: String, _ number: Int32 = errno) -> BenchmarkError {
        BenchmarkError(code: .system, message: message, errorNumber: number)
    }
}
