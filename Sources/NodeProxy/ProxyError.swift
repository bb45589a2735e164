/// Why the proxy does not start, or cannot continue.
package struct ProxyError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A flag or field, or a combination of them, is invalid.
        case invalidOption
        /// The program must restart to apply a change.
        case restart
    }

    package var code: Code
    /// What is wrong, where, and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
