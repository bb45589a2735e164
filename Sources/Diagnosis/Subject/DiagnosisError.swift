/// Why a question cannot be answered at all.
package struct DiagnosisError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The question makes no sense.
        case invalidQuestion
        /// Nothing says where objects come from.
        case noObjects
        /// The system refused something that every program may ask for.
        case system
        /// The packet could not be traced.
        case trace
    }

    package var code: Code
    /// What is wrong, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
