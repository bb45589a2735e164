import Foundation

/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case: the forward proxy for a server if a kubeconfig
/// names none. The rules are those of Go's `net/http`, which the nodes of a cluster are set up for.
struct ProxyEnvironment {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// The proxy for `server`, or `nil` if there is none. Throws an error that names the variable.
    func proxy(to server: ServerAddress) throws(ClientError) -> KubernetesClientConfiguration.Proxy? {
        let name = server.usesTLS ? "HTTPS_PROXY" : "HTTP_PROXY"
        guard let text = value(name), !isExempt(server) else { return nil }
        do throws(KubernetesClientConfiguration.Proxy.Mistake) {
            return try KubernetesClientConfiguration.Proxy(text.contains("://") ? text : "http://\(text)")
        } catch {
            throw ClientError(.configuration, "\(name): \(error.reason)")
        }
    }

    private func value(_ name: String) -> String? {
        [name, name.lowercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    private func isExempt(_ server: ServerAddress) -> Bool {
        let host = server.host.lowercased()
        let address = Self.bytes(host)
        if host == "localhost" || address?.first == 127 || host == "::1" { return true }
        return (value("NO_PROXY") ?? "").split(separator: ",").contains { entry in
            let entry = entry.trimmingCharacters(in: .whitespaces).lowercased()
            if entry == "*" || entry == host || entry == server.authority { return true }
            if let address { return Self.contains(entry, address) }
            // `example.com` includes its subdomains, `.example.com` means only them.
            return !entry.isEmpty && host.hasSuffix(entry.hasPrefix(".") ? entry : ".\(entry)")
        }
    }

    /// Whether `network`, such as `10.96.0.0/12`, contains `address`.
    private static func contains(_ network: String, _ address: [UInt8]) -> Bool {
        let parts = network.split(separator: "/")
        guard parts.count == 2, let base = bytes(String(parts[0])), let length = Int(parts[1]),
            base.count == address.count, (0...base.count * 8).contains(length)
        else { return false }
        return (0..<length).allSatisfy { bit in
            (base[bit / 8] ^ address[bit / 8]) & (0x80 >> (bit % 8)) == 0
        }
    }

    /// The 4 or 16 bytes of an IP address.
    private static func bytes(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}

extension KubernetesClientConfiguration.Proxy {
    /// Why a text is not the URL of a proxy.
    struct Mistake: Error {
        var reason: String
    }

    /// Reads `http://user:password@host:port` or `socks5://host:port`.
    init(_ text: String) throws(Mistake) {
        guard let components = URLComponents(string: text), let host = components.host, !host.isEmpty else {
            throw Mistake(reason: "\"\(text)\" is not a URL; write one such as http://proxy:3128")
        }
        let login = components.user.map { Login(user: $0, password: components.password ?? "") }
        switch components.scheme {
        case "http":
            self.init(isSOCKS: false, host: host, port: components.port ?? 80, credentials: login)
        case "socks5", "socks5h":
            guard login == nil else {
                throw Mistake(reason: "a SOCKS proxy with a password is not supported; use an HTTP proxy")
            }
            self.init(isSOCKS: true, host: host, port: components.port ?? 1080, credentials: nil)
        default:
            throw Mistake(reason: "\(components.scheme ?? "no") scheme is not supported; use http:// or socks5://")
        }
    }
}
