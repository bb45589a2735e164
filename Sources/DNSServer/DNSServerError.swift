import Glibc

/// Why the server does not start, or cannot continue.
package struct DNSServerError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// An address is in use, or not ours.
        case address
        /// The system refused an ordinary request.
        case system
        /// A file cannot be read.
        case file
    }

    package var code: Code
    /// What is wrong, where, and what to do.
    package var message: String
    /// The system's error number; 0 if there is none.
    package var errno: CInt

    package init(_ code: Code, _ message: String, errno: CInt = 0) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package var description: String {
        errno == 0 ? message : "\(message): \(String(cString: strerror(errno)))"
    }
}
