package import InternetAddresses

/// An address and port to serve HTTP on.
package struct ListenAddress: Sendable, Hashable {
    package var address: IPAddress
    /// 0 lets the kernel choose.
    package var port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `ADDRESS:PORT`, `[ADDRESS]:PORT`, `:PORT` (all IPv4 addresses) or `ADDRESS` alone, as kube-proxy does.
    package init?(_ text: String, defaultPort: UInt16) {
        if let address = IPAddress(text) {
            self.init(address: address, port: defaultPort)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.isEmpty {
            self.init(address: IPAddress(ipv4: 0), port: port)
        } else if host.first == "[", host.last == "]" {
            guard let address = IPAddress(host.dropFirst().dropLast()), address.family == .ipv6 else { return nil }
            self.init(address: address, port: port)
        } else {
            // Without brackets it is ambiguous where an IPv6 address ends and the port begins.
            guard let address = IPAddress(host), address.family == .ipv4 else { return nil }
            self.init(address: address, port: port)
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
