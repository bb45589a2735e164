import KubernetesObjects
import NIOCore
import Synchronization

/// The encoded forms of the latest events, which all watches share: an event is encoded once for each form that clients
/// ask for, however many they are.
final class EncodedEvents: Sendable {
    /// What an event's bytes depend on.
    struct Key: Hashable, Sendable {
        /// Unique in the store: no two changes have the same.
        var revision: Int64
        /// `ADDED`, `MODIFIED` or `DELETED`.
        var type: String
        /// Some objects are shown in two groups.
        var apiVersion: String
        var form: AnswerForm
        var includeObject: String
        var withColumns: Bool
        /// Seconds since 1970, for the ages in tables; otherwise 0.
        var now: Int64
    }

    /// Watches that read at the same time ask for few events; others encode theirs again.
    private static let limit = 32

    private struct State {
        var buffers: [Key: ByteBuffer] = [:]
        /// Oldest first.
        var keys: [Key] = []
    }

    private let state = Mutex(State())

    /// The bytes of an event. Those that ask for them while they are being encoded wait for that.
    func buffer(_ key: Key, encode: () throws(APIStatus) -> ByteBuffer) throws(APIStatus) -> ByteBuffer {
        try state.withLock { state throws(APIStatus) in
            if let known = state.buffers[key] { return known }
            let buffer = try encode()
            if state.keys.count == Self.limit { state.buffers[state.keys.removeFirst()] = nil }
            state.keys.append(key)
            state.buffers[key] = buffer
            return buffer
        }
    }
}
