import Glibc

/// Ends a blocking `poll` from another thread, permanently.
///
/// The descriptors live as long as the last reference, so a late signal never meets one that was closed and reused.
package final class WakeUp: Sendable {
    /// Becomes readable with the signal.
    let descriptor: Int32
    private let writer: Int32

    /// Throws ``FolderWatchError`` with code `unwatchable`.
    package init() throws(FolderWatchError) {
        var ends: [Int32] = [-1, -1]
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        guard socketpair(AF_UNIX, Int32(type), 0, &ends) == 0 else {
            let error = errno
            throw FolderWatchError(
                code: .unwatchable,
                message: "no pair of sockets could be made: \(systemMessage(error)); raise the limit of open files",
                errno: error)
        }
        descriptor = ends[0]
        writer = ends[1]
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    /// Ends the current wait, and each later one immediately. Callable from any thread.
    package func signal() {
        // A full socket has already been signalled, so the result does not matter.
        _ = write(writer, [1], 1)
    }
}
