import InternetAddresses

/// The first packet of a connection, as it is when it enters the node or leaves one of its programs.
struct Connection: Sendable, Hashable, CustomStringConvertible {
    var source: IPAddress
    var destination: IPAddress
    var transport: TransportProtocol
    var port: UInt16
    /// Whether the source is an address of this node.
    var isFromNode = false
    var mark: UInt32 = 0

    var description: String { "\(source) → \(destination):\(port)/\(transport)" }
}

/// What becomes of a connection. Where chance decides, there are several.
enum Outcome: Sendable, Hashable {
    case backend(IPAddress, UInt16, isMasqueraded: Bool)
    case dropped
    case refused
    /// No rule wants it.
    case untouched
}
