/// Identifies the object of an event; the kernel stores it with a descriptor (`epoll_data`).
struct Token: Hashable {
    enum Kind: UInt64 {
        /// The thread has a message.
        case wake
        case listener
        /// The client's side of a connection, and the endpoint's.
        case client
        case server
        case datagramListener
        case datagramSession
    }

    static let generationMask: UInt32 = (1 << 28) - 1

    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ kind: Kind, _ index: UInt32 = 0, generation: UInt32 = 0) {
        rawValue = kind.rawValue << 60 | UInt64(generation & Self.generationMask) << 32 | UInt64(index)
    }

    var kind: Kind? { Kind(rawValue: rawValue >> 60) }
    var index: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & Self.generationMask }
}
