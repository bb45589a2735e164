import Glibc

/// Why a socket cannot be opened.
package struct RelayError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Another program listens at the address and port.
        case addressInUse
        /// The machine does not have the address.
        case addressUnavailable
        /// The port is below the first unprivileged one, and CAP_NET_BIND_SERVICE is missing.
        case permission
        /// The limit of open files is reached.
        case openFiles
        /// Any other error from the kernel.
        case system
    }

    package var code: Code
    /// The attempt, such as `listen on TCP 192.0.2.7:80`.
    package var operation: String
    package var errno: Int32

    package init(_ operation: String, errno: Int32) {
        self.operation = operation
        self.errno = errno
        code =
            switch errno {
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL: .addressUnavailable
            case EACCES, EPERM: .permission
            case EMFILE, ENFILE: .openFiles
            default: .system
            }
    }

    package var description: String {
        "cannot \(operation): \(String(cString: strerror(errno)))\(remedy.map { "; \($0)" } ?? "")"
    }

    private var remedy: String? {
        switch code {
        case .addressInUse: "stop the program that listens there (ss -ltnup shows it), or choose another port"
        case .addressUnavailable: "give the machine the address"
        case .permission:
            "run with CAP_NET_BIND_SERVICE, or lower net.ipv4.ip_unprivileged_port_start"
        case .openFiles: "raise the limit of open files (ulimit -n, LimitNOFILE=)"
        case .system: nil
        }
    }
}
