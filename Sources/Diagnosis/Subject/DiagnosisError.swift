/// Why a question cannot be answered at all.
package struct DiagnosisError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The question is invalid.
        case invalidQuestion
        /// The source of objects is unknown.
        case noObjects
        /// The system refused an ordinary request.
        case system
        /// The packet could not be traced.
        case trace
    }

    package var code: Code
    /// What is wrong, and what to do about it.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
