import Glibc

/// Why a folder cannot be watched.
package struct FolderWatchError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// There is no folder at the path.
        case notFound
        /// The kernel did not let us watch it.
        case unwatchable
    }

    package var code: Code
    /// What happened, where, and what to do.
    package var message: String
    /// The system's error number.
    package var errno: Int32

    package init(code: Code, message: String, errno: Int32) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package var description: String { message }
}

/// The C library's message for an error number.
func systemMessage(_ error: Int32) -> String { String(cString: strerror(error)) }
