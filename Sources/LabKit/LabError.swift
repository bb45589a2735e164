import Foundation

/// A failure of the lab itself: a requirement is missing, or a command in it failed.
///
/// The result of a connection is never an error but a ``ConnectionOutcome``.
package struct LabError: Error, CustomStringConvertible {
    /// What kind of thing failed.
    package enum Code: Sendable {
        /// Making namespaces needs root.
        case notPermitted
        /// A system call failed.
        case systemCall
        /// A command could not be started, or ended with an error.
        case command
        /// Something did not happen in time.
        case timeout
        /// Invalid input: not an IP address, an unreadable file.
        case invalidInput
    }

    /// What kind of thing failed.
    package var code: Code
    /// What failed, and what to do about it if known.
    package var message: String
    /// What the kernel or the command said.
    package var cause: String
    /// Whether the same call can succeed later unchanged: a timeout on a busy machine.
    package var isRetryable: Bool { code == .timeout }

    /// An error of the lab, or of a test that uses it.
    package init(_ code: Code, _ message: String, cause: String = "") {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { cause.isEmpty ? message : "\(message): \(cause)" }

    /// The failure of the system call that just set `errno`.
    static func system(_ message: String, _ number: Int32 = errno) -> LabError {
        guard number == EPERM else { return LabError(.systemCall, message, cause: String(cString: strerror(number))) }
        return LabError(.notPermitted, "\(message): the lab needs root; run it as root, or with sudo -E")
    }
}
