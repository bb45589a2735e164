/// Why the client cannot do its work: what failed, where, and what to do about it.
package struct ClientError: Error, Sendable {
    package enum Code: Sendable, Hashable {
        /// A kubeconfig, a flag or the environment lacks something or is wrong.
        case configuration
        /// A token, a certificate or the plug-in that provides them.
        case credentials
        /// A response larger than the limit.
        case responseTooLarge
        /// A response that violates the Kubernetes API.
        case response
    }

    package var code: Code
    /// File, entry, field, and the remedy, in one line.
    package var message: String
    package var cause: (any Error)?
    /// Whether the same call may succeed later without intervention.
    package var isRetryable: Bool

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isRetryable = isRetryable
    }
}

extension ClientError: CustomStringConvertible {
    package var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
