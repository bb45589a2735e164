package import DNSMessages
package import InternetAddresses

/// The contents of a file like /etc/resolv.conf (resolv.conf(5)): servers and search path.
package struct ResolverConfiguration: Sendable, Hashable {
    package var servers: [UpstreamAddress]
    package var search: [DomainName]

    /// Reads the lines `nameserver` and `search`, skipping invalid addresses and names.
    package init(_ text: String) {
        servers = []
        search = []
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            switch words.first {
            case "nameserver":
                // A zone (fe80::1%eth0) names an interface, which a configuration for a whole cluster does not have.
                guard words.count > 1, let address = IPAddress(String(words[1])) else { continue }
                servers.append(UpstreamAddress(address: address, port: 53, isTLS: false))
            case "search", "domain":
                search = words.dropFirst().compactMap { DomainName(String($0))?.lowercased }
            default: break
            }
        }
    }
}

extension UpstreamAddress {
    /// Reads `[dns://|tls://]ADDRESS[:PORT][%NAME]`, IPv6 addresses with a port in brackets.
    package init?(_ text: String) {
        var rest = text[...]
        isTLS = rest.hasPrefix("tls://")
        if isTLS || rest.hasPrefix("dns://") { rest = rest.dropFirst(6) }
        serverName = nil
        if isTLS, let percent = rest.firstIndex(of: "%") {
            serverName = String(rest[rest.index(after: percent)...])
            rest = rest[..<percent]
        }
        port = isTLS ? 853 : 53
        if let address = IPAddress(String(rest)) {
            self.address = address
            return
        }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)) else { return nil }
        self.address = address
        self.port = port
    }

    package init(address: IPAddress, port: UInt16, isTLS: Bool) {
        self.init(address: address, port: port, isTLS: isTLS, serverName: nil)
    }
}
