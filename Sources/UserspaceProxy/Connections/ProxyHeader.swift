import InternetAddresses

/// A version of the PROXY protocol, which sends an endpoint the client's address before the first byte (haproxy.org,
/// proxy-protocol.txt).
package enum ProxyHeader: String, Sendable, Hashable, CaseIterable {
    /// One line of text.
    case v1
    /// Binary.
    case v2

    /// The header for a TCP connection from `client` to `server`, both of one IP family.
    func bytes(from client: RelayAddress, to server: RelayAddress) -> [UInt8] {
        switch self {
        case .v1:
            let family = client.address.family == .ipv4 ? "TCP4" : "TCP6"
            return Array(
                "PROXY \(family) \(client.address) \(server.address) \(client.port) \(server.port)\r\n".utf8)
        case .v2:
            var bytes: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
            let isIPv4 = client.address.family == .ipv4
            // Version 2, PROXY; TCP over IPv4 or IPv6; the length of what follows.
            bytes += [0x21, isIPv4 ? 0x11 : 0x21, 0, isIPv4 ? 12 : 36]
            bytes += client.address.networkBytes + server.address.networkBytes
            for port in [client.port, server.port] { bytes += [UInt8(port >> 8), UInt8(port & 0xFF)] }
            return bytes
        }
    }
}
