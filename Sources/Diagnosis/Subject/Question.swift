package import InternetAddresses
package import KubernetesAPI

/// A question about where connections go, and why.
package struct Question: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// `shop/web`
        case service(NamespacedName)
        /// `10.96.0.5`
        case address(IPAddress)
        /// `web.shop.svc`, as a client uses it
        case name(String)
    }

    /// One of a Service's ports.
    package enum Port: Sendable, Hashable {
        case number(UInt16)
        case name(String)
    }

    /// The source of connections.
    package enum Origin: Sendable, Hashable {
        case pod
        case node
        case outside
        case address(IPAddress)
    }

    /// As written.
    package var text: String
    package var subject: Subject
    /// `nil` for all ports.
    package var port: Port?
    /// `nil` for all protocols.
    package var transport: TransportProtocol?
    /// `nil` for all clients.
    package var origin: Origin?

    /// Reads `shop/web`, `shop/web:http`, `10.96.0.5:80/udp`, `[fd00::1]:80`, `web.shop.svc:80` and the like; `origin`
    /// as ``Origin/init(_:)`` takes it. Throws ``DiagnosisError`` with the valid forms.
    package init(_ text: String, origin: String? = nil) throws(DiagnosisError) {
        self.text = text
        var rest = text[...]
        if let slash = rest.lastIndex(of: "/"),
            let transport = TransportProtocol(rest[slash...].dropFirst().uppercased())
        {
            self.transport = transport
            rest = rest[..<slash]
        }
        let (place, port) = Self.split(rest)
        subject = try Self.subject(place, text)
        if let port {
            if let number = UInt16(port), number > 0 {
                self.port = .number(number)
            } else if !port.isEmpty, port.first?.isNumber == false {
                self.port = .name(String(port))
            } else {
                throw DiagnosisError(
                    .invalidQuestion, "“\(port)” in “\(text)” is not a port; write 80, or the port's name")
            }
        }
        self.origin = try origin.map { (text) throws(DiagnosisError) in try Origin(text) }
    }

    /// Splits off the port.
    private static func split(_ text: Substring) -> (place: Substring, port: Substring?) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let rest = text[end...].dropFirst()
            return (text[..<end].dropFirst(), rest.first == ":" ? rest.dropFirst() : nil)
        }
        guard let colon = text.lastIndex(of: ":"), IPAddress(text) == nil else { return (text, nil) }
        return (text[..<colon], text[colon...].dropFirst())
    }

    private static func subject(_ place: Substring, _ text: String) throws(DiagnosisError) -> Subject {
        if let address = IPAddress(place) { return .address(address) }
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = !place.isEmpty && place.allSatisfy { $0.isLetter || $0.isNumber || "-._/".contains($0) }
        if isPlain, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty {
            return .service(NamespacedName(namespace: String(parts[0]), name: String(parts[1])))
        }
        guard isPlain, parts.count == 1 else {
            throw DiagnosisError(
                .invalidQuestion,
                "“\(text)” names no Service; write shop/web, 10.96.0.5:80/udp or web.shop.svc, with or without a port")
        }
        return .name(String(place))
    }
}

extension Question.Origin {
    /// Reads `pod`, `node`, `outside` or an address.
    package init(_ text: String) throws(DiagnosisError) {
        switch text {
        case "pod": self = .pod
        case "node": self = .node
        case "outside": self = .outside
        default:
            guard let address = IPAddress(text) else {
                throw DiagnosisError(
                    .invalidQuestion, "--from: “\(text)” is no client; write pod, node, outside, or an address")
            }
            self = .address(address)
        }
    }
}
