import Glibc

/// Why there is no measurement: something failed, not that it was slow.
struct BenchmarkError: Error, CustomStringConvertible {
    enum Code {
        /// The machine refuses something, such as network namespaces to those who are not root.
        case system
        /// The kernel refused a netlink message.
        case kernel
        /// The program ended, or did not do what was waited for.
        case program
    }

    var code: Code
    var message: String
    /// The error number of the call that failed; 0 where none did.
    var errorNumber: Int32 = 0

    var description: String {
        errorNumber == 0 ? message : "\(message): \(String(cString: strerror(errorNumber)))"
    }

    static func system(_ message: String, _ number: Int32 = errno) -> BenchmarkError {
        BenchmarkError(code: .system, message: message, errorNumber: number)
    }
}
