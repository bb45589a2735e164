import Glibc

/// Why a setting of the node could not be read or written.
package struct NodeSetupError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The file does not exist: the kernel, or a module of it, lacks the setting.
        case missing
        /// The file system is read-only, as /proc/sys and /sys are in an unprivileged container.
        case readOnly
        /// A capability is missing.
        case permission
        /// The kernel refused the value, or reading failed.
        case refused
    }

    package var code: Code
    /// What failed, and why.
    package var message: String
    /// The system's error number.
    package var errno: Int32

    init(_ operation: String, errno: Int32) {
        code =
            switch errno {
            case ENOENT: .missing
            case EROFS: .readOnly
            case EACCES, EPERM: .permission
            default: .refused
            }
        message = "\(operation): \(String(cString: strerror(errno)))"
        self.errno = errno
    }

    package var description: String { message }
}
