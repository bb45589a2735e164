import Glibc

/// Why the server does not start, or cannot go on.
package struct DNSServerError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// An address is taken, or not ours.
        case address
        /// The system refused something that every program may ask for.
        case system
        /// A file cannot be read.
        case file
    }

    package var code: Code
    /// What is wrong, where, and what to do.
    package var message: String
    /// What the system said; 0 if it was not asked.
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
