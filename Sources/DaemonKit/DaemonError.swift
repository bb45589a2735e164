/// What keeps a daemon from doing its work.
package struct DaemonError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// An address to listen on is in use, or is not this machine's.
        case address
        /// The system refused an ordinary request.
        case system
    }

    package var code: Code
    /// What is wrong, where, and what to do about it.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
