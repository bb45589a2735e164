import InternetAddresses

/// Reads single values of one object as kube-proxy does, and notes those that cannot be used.
///
/// Both wire forms and manifests go through these checks, so that they agree on what is valid.
struct FieldChecks {
    private(set) var refusals: [FieldRefusal] = []

    mutating func refuse(_ path: String, _ value: String, _ reason: FieldRefusal.Reason) {
        refusals.append(FieldRefusal(path: path, value: value, reason: reason))
    }

    /// Notes that a value is missing.
    mutating func refuse(_ path: String, _ reason: FieldRefusal.Reason) {
        refusals.append(FieldRefusal(path: path, reason: reason))
    }

    mutating func port(_ number: Int, _ path: @autoclosure () -> String) -> UInt16? {
        guard let port = UInt16(exactly: number), port > 0 else {
            refuse(path(), "\(number)", .notAPort)
            return nil
        }
        return port
    }

    /// The API writes 0 for a port that was not allocated.
    mutating func optionalPort(_ number: Int?, _ path: @autoclosure () -> String) -> UInt16? {
        guard let number, number != 0 else { return nil }
        return port(number, path())
    }

    mutating func transport(_ name: String?, _ path: @autoclosure () -> String) -> TransportProtocol? {
        guard let name, !name.isEmpty else { return .tcp }
        guard let transport = TransportProtocol(name) else {
            refuse(path(), name, .notAProtocol)
            return nil
        }
        return transport
    }

    /// Any address, in any form that the API has ever accepted.
    mutating func address(_ text: String, _ path: @autoclosure () -> String) -> IPAddress? {
        guard let address = IPAddress(lenient: text) else {
            refuse(path(), text, .notAnAddress)
            return nil
        }
        return address
    }

    /// An address that is not host-local; the API once accepted link-local ones as cluster IPs.
    mutating func clusterIP(_ text: String, _ path: @autoclosure () -> String) -> IPAddress? {
        guard let address = address(text, path()) else { return nil }
        if let use = address.specialUse, use != .linkLocal {
            refuse(path(), text, .unreachable(use))
            return nil
        }
        return address
    }

    /// An address that clients elsewhere can reach: none that is limited to one host or link.
    mutating func routableAddress(_ text: String, _ path: @autoclosure () -> String) -> IPAddress? {
        guard let address = address(text, path()) else { return nil }
        if let use = address.specialUse {
            refuse(path(), text, .unreachable(use))
            return nil
        }
        return address
    }

    /// Blanks around the network are ignored, as in the API and kube-proxy.
    mutating func network(_ text: String, _ path: @autoclosure () -> String) -> IPNetwork? {
        guard let network = IPNetwork(lenient: text.trimmingBlanks) else {
            refuse(path(), text, .notANetwork)
            return nil
        }
        return network
    }

    mutating func networks(_ texts: [String]?, _ path: String) -> [IPNetwork] {
        (texts ?? []).enumerated().compactMap { network($0.element, "\(path)[\($0.offset)]") }
    }

    /// One of the named values of an enumeration. A missing, empty or unknown text means `standard`.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String?, default standard: Value, _ path: @autoclosure () -> String
    ) -> Value {
        guard let text, !text.isEmpty else { return standard }
        guard let value = Value(rawValue: text) else {
            refuse(path(), text, .unknown(known: Value.allCases.map(\.rawValue)))
            return standard
        }
        return value
    }

    /// Port names are DNS labels (RFC 1123), or empty.
    mutating func portName(_ name: String?, _ path: @autoclosure () -> String) -> String? {
        guard let name, !name.isEmpty else { return "" }
        guard name.utf8.count <= 63, name.isDNSLabel else {
            refuse(path(), name, .notAPortName)
            return nil
        }
        return name
    }
}

extension StringProtocol {
    /// Lower-case letters, digits and inner hyphens, as RFC 1123 requires; the caller checks the length.
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
