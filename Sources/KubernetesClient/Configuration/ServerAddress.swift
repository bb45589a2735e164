import Foundation

/// The base of all requests: `https://10.0.0.1:6443`, with the path prefix of a gateway, if any.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    package let usesTLS: Bool
    /// A name or an address, without the brackets of IPv6.
    package let host: String
    package let port: Int
    /// Empty, or `/` and more without a trailing slash.
    package let path: String

    /// Reads a URL; one without a scheme means `https`, as in client-go with TLS options, unless `defaultScheme` says
    /// otherwise. Returns `nil` if it is not the URL of an HTTP server.
    package init?(_ text: String, defaultScheme: String = "https") {
        let text = text.contains("://") ? text : "\(defaultScheme)://\(text)"
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = components.host, !host.isEmpty,
            components.query == nil, components.fragment == nil
        else { return nil }
        usesTLS = scheme == "https"
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = components.port ?? (usesTLS ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        path = String(components.path.reversed().drop { $0 == "/" }.reversed())
    }

    /// `host:port`, with brackets around IPv6.
    package var authority: String { Self.authority(host, port) }

    package var description: String { "\(usesTLS ? "https" : "http")://\(authority)\(path)" }

    /// The same server under another name, against which connections are verified.
    func url(host name: String?) -> String {
        "\(usesTLS ? "https" : "http")://\(Self.authority(name ?? host, port))\(path)"
    }

    private static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
