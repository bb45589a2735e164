/// Why certificates, keys or tokens could not be read, created or accepted.
package struct CredentialError: Error, CustomStringConvertible, Sendable {
    /// What failed, why, and what to do.
    package let message: String

    package var description: String { message }

    init(_ message: String) {
        self.message = message
    }
}
