/// Why a question could not be forwarded.
struct ForwardError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        /// No answer in time.
        case timeout
        /// No connection, or a broken one.
        case connection
        /// The response is not an answer.
        case response
        /// Too many questions are outstanding.
        case overload
        /// The question comes back to this server.
        case loop
    }

    var code: Code
    /// The upstream and its failure.
    var message: String
    var cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    var description: String { cause.map { "\(message): \($0)" } ?? message }
}
