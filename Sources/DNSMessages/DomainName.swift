/// A domain name in wire format: labels with their lengths, uncompressed, with the root's zero byte at the end (RFC
/// 1035, section 3.1). Letters keep their case.
package struct DomainName: Sendable, Hashable {
    /// At most 255 bytes, of which the last is zero.
    package let wire: [UInt8]

    /// The length of the longest name, in bytes in wire format.
    package static let maximumLength = 255
    /// The length of the longest label, in bytes without its length byte.
    package static let maximumLabelLength = 63

    package static let root = DomainName(trusted: [0])

    /// A name from bytes that are known to be a whole, uncompressed name.
    package init(trusted wire: [UInt8]) { self.wire = wire }

    /// A name from labels, or `nil` if a label is empty or too long, or the name is too long.
    package init?(labels: some Sequence<some Collection<UInt8>>) {
        var wire: [UInt8] = []
        for label in labels {
            guard (1...Self.maximumLabelLength).contains(label.count) else { return nil }
            wire.append(UInt8(label.count))
            wire += label
        }
        wire.append(0)
        guard wire.count <= Self.maximumLength else { return nil }
        self.wire = wire
    }

    /// The labels, without their lengths.
    package var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var position = 0
        while position < wire.count, wire[position] != 0 {
            let end = position + 1 + Int(wire[position])
            labels.append(wire[(position + 1)..<end])
            position = end
        }
        return labels
    }

    /// The name with ASCII letters in lower case, as names are compared (RFC 4343).
    package var lowercased: DomainName { DomainName(trusted: wire.map(\.asciiLowercased)) }

    /// Whether this is `zone` or a name below it, ignoring case.
    package func isWithin(_ zone: DomainName) -> Bool {
        var position = 0
        let start = wire.count - zone.wire.count
        while position < start { position += 1 + Int(wire[position]) }
        return position == start
            && zip(wire[start...], zone.wire).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// The name with `zone`'s labels appended, or `nil` if that is too long.
    package func appending(_ zone: DomainName) -> DomainName? {
        let joined = wire.dropLast() + zone.wire
        return joined.count <= Self.maximumLength ? DomainName(trusted: Array(joined)) : nil
    }
}

extension DomainName: LosslessStringConvertible {
    /// Reads the presentation form, with `\DDD` and `\X` for special bytes; the trailing dot is optional.
    package init?(_ description: String) {
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var rest = Array(description.utf8)[...]
        if description == "." { rest = [] }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."):
                labels.append(label)
                label = []
            case UInt8(ascii: "\\"):
                if rest.count >= 3, let number = UInt8(String(decoding: rest.prefix(3), as: UTF8.self)) {
                    label.append(number)
                    rest = rest.dropFirst(3)
                } else if let escaped = rest.popFirst() {
                    label.append(escaped)
                } else {
                    return nil
                }
            default: label.append(byte)
            }
        }
        if !label.isEmpty { labels.append(label) }
        self.init(labels: labels)
    }

    /// The presentation form, with a trailing dot.
    package var description: String {
        let text = labels.map { label in label.map(Self.text).joined() + "." }.joined()
        return text.isEmpty ? "." : text
    }

    private static func text(_ byte: UInt8) -> String {
        if #".\"();@$"#.utf8.contains(byte) { return "\\" + String(UnicodeScalar(byte)) }
        guard (0x21...0x7E).contains(byte) else { return "\\" + String(1000 + Int(byte)).dropFirst() }
        return String(UnicodeScalar(byte))
    }
}

extension UInt8 {
    /// The byte, in lower case if it is an ASCII letter.
    package var asciiLowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
