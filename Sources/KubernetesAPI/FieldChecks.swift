import InternetAddresses

/// What the API server demands of single fields, and the words for it when one does not meet it.
///
/// Both wire forms and manifests go through these checks, so that they agree on what is valid.
struct FieldChecks {
    /// `Service default/web`: the start of every message.
    let object: String

    func failure(_ field: String, _ reason: String) -> ObjectError {
        ObjectError(object: object, field: field, reason: reason)
    }

    func port(_ number: Int, _ field: @autoclosure () -> String) throws(ObjectError) -> UInt16 {
        guard let port = UInt16(exactly: number), port > 0 else {
            throw failure(field(), "\(number) is not a port; use a number from 1 to 65535")
        }
        return port
    }

    /// The API writes 0 for a port that was not allocated.
    func optionalPort(_ number: Int?, _ field: @autoclosure () -> String) throws(ObjectError) -> UInt16? {
        guard let number, number != 0 else { return nil }
        return try port(number, field())
    }

    func transport(_ name: String?, _ field: @autoclosure () -> String) throws(ObjectError) -> TransportProtocol {
        guard let name, !name.isEmpty else { return .tcp }
        guard let transport = TransportProtocol(name) else {
            throw failure(field(), "“\(name)” is not a protocol of Services; use TCP, UDP or SCTP")
        }
        return transport
    }

    func address(_ text: String, _ field: @autoclosure () -> String) throws(ObjectError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw failure(
                field(), "“\(text)” is not an IP address; write it like 10.0.0.1 (no leading zeros) or fd00::1")
        }
        guard !address.isIPv4Mapped else {
            throw failure(field(), "\(text) is an IPv4 address written as IPv6; write it as IPv4")
        }
        return address
    }

    /// An address that clients or endpoints can have: none that means something on one host or link only.
    func routableAddress(_ text: String, _ field: @autoclosure () -> String) throws(ObjectError) -> IPAddress {
        let address = try address(text, field())
        if let reason = Self.reasonNotToRoute(address) { throw failure(field(), reason) }
        return address
    }

    /// Why no Service can lead to or stand at `address`; `nil` if one can.
    static func reasonNotToRoute(_ address: IPAddress) -> String? {
        let kind: String
        if address.isUnspecified {
            kind = "the unspecified address"
        } else if address.isLoopback {
            kind = "a loopback address"
        } else if address.isLinkLocal {
            kind = "a link-local address"
        } else if address.isLinkLocalMulticast {
            kind = "a link-local multicast address"
        } else {
            return nil
        }
        return "\(address) is \(kind), which other hosts cannot reach; use an address of a pod, host or load balancer"
    }

    func network(_ text: String, _ field: @autoclosure () -> String) throws(ObjectError) -> IPNetwork {
        guard let network = IPNetwork(text.trimmingBlanks) else {
            throw failure(field(), "“\(text)” is not a network; write it like 10.0.0.0/8 or fd00::/8")
        }
        return network
    }

    /// One of the named values of an enumeration; a missing or empty text means `standard`.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String?, default standard: Value, _ field: @autoclosure () -> String
    ) throws(ObjectError) -> Value {
        guard let text, !text.isEmpty else { return standard }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure(field(), "“\(text)” is not known; use one of \(known)")
        }
        return value
    }

    /// Port names are DNS labels (RFC 1123), or empty.
    func portName(_ name: String?, _ field: @autoclosure () -> String) throws(ObjectError) -> String {
        guard let name, !name.isEmpty else { return "" }
        guard name.utf8.count <= 63, name.isDNSLabel else {
            throw failure(field(), "“\(name)” is not a port name; use up to 63 of a-z, 0-9 and - (not at the ends)")
        }
        return name
    }
}

extension StringProtocol {
    /// Lower-case letters, digits and inner hyphens, as RFC 1123 wants; the length is the caller's to check.
    var isDNSLabel: Bool {
        let hyphen = UInt8(ascii: "-")
        guard let first = utf8.first, first != hyphen, last != "-" else { return false }
        return utf8.allSatisfy { byte in
            byte == hyphen || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }

    /// Labels joined by dots, at most 253 bytes: the form of most names in Kubernetes.
    var isDNSSubdomain: Bool {
        utf8.count <= 253 && split(separator: ".", omittingEmptySubsequences: false).allSatisfy(\.isDNSLabel)
    }

    var trimmingBlanks: String {
        let isBlank = { (character: Character) in character.isWhitespace }
        return String(String(drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
    }
}
