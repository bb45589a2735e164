import CBenchmark
import Glibc

/// Sends UDP datagrams from the network namespace in which it was created, each the first packet of a connection.
///
/// The sockets stay in that namespace, wherever the thread goes.
struct PacketSender {
    /// The number of datagrams in one round, each from its own source port.
    static let count = 20_000

    private static let firstSourcePort: UInt16 = 1024

    private let packets: Descriptor
    private let conntrack: NetlinkSocket
    private let address: sockaddr_in
    private var datagram: [UInt8]

    /// IPv4 addresses, most significant byte first.
    init(from source: UInt32, to destination: UInt32, port: UInt16) throws {
        packets = try Descriptor(socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW)), "open a raw socket")
        conntrack = try NetlinkSocket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = destination.bigEndian
        self.address = address

        var header = iphdr()
        header.version = 4
        header.ihl = 5
        header.ttl = 64
        header.protocol = UInt8(IPPROTO_UDP)
        header.saddr = source.bigEndian
        header.daddr = destination.bigEndian
        let length = UInt16(MemoryLayout<iphdr>.size + Self.udpLength)
        header.tot_len = length.bigEndian
        datagram = withUnsafeBytes(of: header) { Array($0) }
        for value in [Self.firstSourcePort, port, UInt16(Self.udpLength), 0] {
            datagram += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        datagram += [0, 0, 0, 0]
    }

    /// The header and four bytes.
    private static let udpLength = 12

    /// Seconds per datagram, in a round of `count` that begins without tracked connections.
    mutating func round() throws -> Double {
        try conntrack.send(NetlinkWriter.conntrackFlush)
        try conntrack.checkAnswers()
        let sourcePort = MemoryLayout<iphdr>.size
        let descriptor = packets.number
        var failures = 0
        let start = ContinuousClock.now
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                datagram.withUnsafeMutableBytes { bytes in
                    for index in 0..<Self.count {
                        let port = Self.firstSourcePort + UInt16(index)
                        bytes[sourcePort] = UInt8(port >> 8)
                        bytes[sourcePort + 1] = UInt8(port & 0xFF)
                        let sent = sendto(
                            descriptor, bytes.baseAddress, bytes.count, 0, address,
                            socklen_t(MemoryLayout<sockaddr_in>.size))
                        if sent < 0 { failures += 1 }
                    }
                }
            }
        }
        let duration = start.duration(to: .now)
        guard failures == 0 else { throw BenchmarkError.system("the kernel refused \(failures) datagrams") }
        return duration.inSeconds / Double(Self.count)
    }
}
