import Glibc

/// Why an exchange with the kernel failed: what was tried, what the kernel said, and whether a retry helps.
package struct NetlinkError: Error, Sendable, Hashable {
    /// What was being done: `send`, `receive`, `add chain pick-3`.
    package var operation: String
    /// The kernel's error number, positive, as in <errno.h>.
    package var errno: Int32
    /// The kernel's own message (`NLMSGERR_ATTR_MSG`); empty if it gives none.
    package var kernelMessage: String
    /// The sequence number of the message that the kernel refuses, if it names one.
    package var sequence: UInt32?
    /// The offset of the fault in that message, in bytes (`NLMSGERR_ATTR_OFFS`).
    package var offset: UInt32?

    package init(
        operation: String, errno: Int32, kernelMessage: String = "", sequence: UInt32? = nil, offset: UInt32? = nil
    ) {
        self.operation = operation
        self.errno = errno
        self.kernelMessage = kernelMessage
        self.sequence = sequence
        self.offset = offset
    }

    /// Whether the same request may succeed if it is sent again.
    package var isTransient: Bool {
        [EINTR, EAGAIN, ENOBUFS, ENOMEM, EBUSY].contains(errno)
    }
}

extension NetlinkError: CustomStringConvertible {
    package var description: String {
        let text = "\(operation): \(String(cString: strerror(errno)))"
        let words = kernelMessage.isEmpty ? "" : " (the kernel says: \(kernelMessage))"
        return text + words + advice
    }

    private var advice: String {
        switch errno {
        case EPERM, EACCES: "; run as root or with CAP_NET_ADMIN"
        case EPROTONOSUPPORT, EAFNOSUPPORT: "; the kernel was built without it"
        default: ""
        }
    }
}
