import CLinux
import Glibc
import Synchronization

/// Messages to a thread of a relay.
final class WorkerMailbox: Sendable {
    enum Message: Sendable {
        case add(Listener, id: UInt32)
        /// Stops accepting; existing connections continue, UDP sessions only if they are kept.
        case remove(id: UInt32, keepingSessions: Bool)
        /// Ends a listener's UDP sessions with endpoints not among these.
        case keepSessions(id: UInt32, with: Set<RelayAddress>)
        /// Ends everything.
        case stop
    }

    let descriptor: CInt
    private let messages = Mutex<[Message]>([])

    init() throws(RelayError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw RelayError("make an eventfd", errno: errno) }
    }

    deinit { close(descriptor) }

    func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        eventfd_write(descriptor, 1)
    }

    func take() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}
