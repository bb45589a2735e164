/// Why the proxy does not start, or cannot go on.
package struct ProxyError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A flag, or what flags say together, makes no sense.
        case invalidOption
        /// What was asked for is not in this version.
        case unsupported
        /// The program must start again to take up what has changed.
        case restart
        /// An address that we were to listen on is taken, or not ours.
        case address
        /// The system refused something that every program may ask for.
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
