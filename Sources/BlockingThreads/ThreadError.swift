import Glibc

/// The system refused a new thread.
package struct ThreadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The thread that was wanted.
    package var name: String
    /// As pthread_create(3) returns it: `EAGAIN` if a limit is reached.
    package var errno: Int32

    package init(name: String, errno: Int32) {
        self.name = name
        self.errno = errno
    }

    package var description: String {
        "cannot create the thread \(name): \(String(cString: strerror(errno))); "
            + "raise the limit of processes (ulimit -u, pids.max of the cgroup) or free memory"
    }
}
