import InternetAddresses

/// The first packet of a connection, as it enters the node or leaves a local program.
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

/// The fate of a connection. Random choices give several.
enum Outcome: Sendable, Hashable {
    case backend(IPAddress, UInt16, isMasqueraded: Bool)
    case dropped
    case refused
    /// No rule matches it.
    case untouched
}
