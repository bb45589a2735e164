/// What tells a packet from others, whatever address translation does to it.
struct PacketIdentity: Sendable, Hashable {
    /// `IPPROTO_TCP` …
    private var transport: UInt8
    /// The IPv4 identification; 0 in IPv6.
    private var identification: UInt16
    /// The sequence number of TCP; the length of UDP.
    private var number: UInt32

    /// Reads a packet from its IP header on; `nil` if it is too short, or not a whole packet.
    init?(_ bytes: [UInt8]) {
        guard let version = bytes.first.map({ $0 >> 4 }) else { return nil }
        let start: Int
        switch version {
        case 4:
            start = Int(bytes[0] & 0xF) * 4
            guard start >= 20, bytes.count >= start + 8 else { return nil }
            transport = bytes[9]
            identification = UInt16(bytes[4]) << 8 | UInt16(bytes[5])
        case 6:
            start = 40
            guard bytes.count >= start + 8 else { return nil }
            transport = bytes[6]
            identification = 0
        default: return nil
        }
        // struct tcphdr has the sequence number at 4, struct udphdr its length and a checksum, which translation
        // changes.
        let isDatagram = transport == 17
        number = bytes[start + 4..<start + (isDatagram ? 6 : 8)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
