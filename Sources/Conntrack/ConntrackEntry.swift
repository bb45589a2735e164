package import InternetAddresses

/// One tracked connection, with the fields that matter for translated Service connections.
///
/// The kernel keeps two tuples for each: the client's packets as they arrived, and the replies as they are expected. If
/// the destination was translated, the replies come from the backend.
package struct ConntrackEntry: Sendable, Hashable {
    package var transport: TransportProtocol
    /// The client that opened the connection.
    package var source: IPAddress
    package var sourcePort: UInt16
    /// Where the client sent its packets: a frontend, for connections to Services.
    package var destination: IPAddress
    package var destinationPort: UInt16
    /// Where the replies come from: the backend, or the destination itself if nothing was translated.
    package var replySource: IPAddress
    package var replySourcePort: UInt16
    /// Distinguishes this entry from a later one with the same addresses and ports (`CTA_ID`).
    package var id: UInt32
    /// The zone of its original direction; 0 is the default zone.
    package var zone: UInt16

    package init(
        transport: TransportProtocol, source: IPAddress, sourcePort: UInt16, destination: IPAddress,
        destinationPort: UInt16, replySource: IPAddress, replySourcePort: UInt16, id: UInt32 = 0, zone: UInt16 = 0
    ) {
        self.transport = transport
        self.source = source
        self.sourcePort = sourcePort
        self.destination = destination
        self.destinationPort = destinationPort
        self.replySource = replySource
        self.replySourcePort = replySourcePort
        self.id = id
        self.zone = zone
    }

    /// Whether the destination of the client's packets was translated.
    package var isTranslated: Bool { replySource != destination || replySourcePort != destinationPort }
}
