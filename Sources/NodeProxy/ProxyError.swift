/// Why the proxy does not start, or cannot continue.
package struct ProxyError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A flag, or a combination of flags, is invalid.
        case invalidOption
        /// This version does not support the request.
        case unsupported
        /// The program must restart to apply a change.
        case restart
        /// An address to listen on is in use, or not ours.
        case address
        /// The system refused an ordinary request.
        case system
    }

    package var code: Code
    /// What is wrong, where, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
