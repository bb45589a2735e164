package import InternetAddresses

/// One connection that the kernel tracks, as far as a translated Service connection is concerned.
///
/// The kernel keeps two tuples for each: the packets of the client as they came in, and the answers as they are
/// expected. Where a destination was translated, the answers come from the backend.
package struct ConntrackEntry: Sendable, Hashable {
    package var transport: TransportProtocol
    /// The client, as it began the connection.
    package var source: IPAddress
    package var sourcePort: UInt16
    /// Where the client sent its packets: for connections to Services a frontend.
    package var destination: IPAddress
    package var destinationPort: UInt16
    /// Where the answers come from: the backend, or the destination itself where nothing was translated.
    package var replySource: IPAddress
    package var replySourcePort: UInt16
    /// Distinguishes this entry from a later one with the same addresses and ports (`CTA_ID`).
    package var id: UInt32
    /// The zone that its original direction is in; 0 is the default zone.
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
