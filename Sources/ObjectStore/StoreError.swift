/// Why a request to the store failed.
package struct StoreError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The disk is full, or the file system refuses to grow the file.
        case diskFull
        /// Another process has the file open.
        case inUse
        /// The file is not a store, or its contents are broken.
        case damaged
        /// The file was written by a newer program.
        case tooNew
        /// The file system refuses for another reason.
        case unavailable
        /// The store is closing.
        case closed
    }

    package let code: Code
    /// What failed, why, and what to do.
    package let message: String

    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
