import DNSMessages
import InternetAddresses

/// A message in the format of the recordings.
struct MessageText: Equatable {
    var identifier: UInt16
    var rcode: String
    var flags: [String]
    var opcode: UInt8
    var question: [String] = []
    var sections: [[String]] = [[], [], []]
    var edns: Recording.EDNS?
    var size: Int

    private static let flagNames: [(String, UInt16)] = [
        ("qr", 0x8000), ("aa", 0x0400), ("tc", 0x0200), ("rd", 0x0100), ("ra", 0x80), ("z", 0x40), ("ad", 0x20),
        ("cd", 0x10),
    ]

    static func bits(_ flags: [String]) -> UInt16 {
        flagNames.filter { flags.contains($0.0) }.reduce(0) { $0 | $1.1 }
    }

    /// `nil` if it is not a message.
    init?(_ message: [UInt8]) {
        guard message.count >= 12 else { return nil }
        var reader = Reader(bytes: message)
        let number = { (position: Int) in UInt16(message[position]) << 8 | UInt16(message[position + 1]) }
        identifier = number(0)
        let bits = number(2)
        flags = Self.flagNames.filter { bits & $0.1 != 0 }.map(\.0)
        opcode = UInt8(bits >> 11 & 15)
        size = message.count
        var code = bits & 15
        for _ in 0..<number(4) {
            guard let name = reader.name(), let type = reader.number(), let recordClass = reader.number() else {
                return nil
            }
            question.append("\(name) \(Self.className(recordClass)) \(RecordType(rawValue: type))")
        }
        for section in 0..<3 {
            for _ in 0..<number(6 + 2 * section) {
                guard let name = reader.name(), let type = reader.number(), let recordClass = reader.number(),
                    let high = reader.number(), let low = reader.number(), let length = reader.number(),
                    reader.position + Int(length) <= message.count
                else { return nil }
                let end = reader.position + Int(length)
                if type == 41 {
                    code |= (high >> 8) << 4
                    edns = Recording.EDNS(
                        size: recordClass, version: UInt8(high & 255), do: low & 0x8000 != 0, options: [])
                } else {
                    guard let data = reader.data(RecordType(rawValue: type), end: end) else { return nil }
                    let ttl = UInt32(high) << 16 | UInt32(low)
                    sections[section].append(
                        "\(name) \(ttl) \(Self.className(recordClass)) \(RecordType(rawValue: type)) \(data)")
                }
                reader.position = end
            }
        }
        guard reader.position == message.count else { return nil }
        rcode = "\(ResponseCode(rawValue: code))"
    }

    private static func className(_ number: UInt16) -> String {
        [1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"][number] ?? "CLASS\(number)"
    }
}

/// An independent reader, so that the one under test does not test itself.
private struct Reader {
    var bytes: [UInt8]
    var position = 12

    mutating func number() -> UInt16? {
        guard position + 2 <= bytes.count else { return nil }
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    mutating func name() -> String? {
        var wire: [UInt8] = []
        var end: Int?
        var jumps = 0
        var at = position
        while at < bytes.count {
            let length = Int(bytes[at])
            if length >= 0xC0 {
                guard at + 1 < bytes.count, jumps < 64 else { return nil }
                end = end ?? at + 2
                at = (length & 0x3F) << 8 | Int(bytes[at + 1])
                jumps += 1
            } else if length == 0 {
                position = end ?? at + 1
                return DomainName(trusted: wire + [0]).description
            } else {
                guard length < 64, at + length < bytes.count else { return nil }
                wire += bytes[at...(at + length)]
                at += length + 1
            }
        }
        return nil
    }

    mutating func data(_ type: RecordType, end: Int) -> String? {
        let raw = Array(bytes[position..<end])
        switch type {
        case .a, .aaaa: return IPAddress(networkBytes: raw).map { "\($0)" }
        case .ns, .cname, .ptr: return name()
        case .mx: return join([number().map { "\($0)" }, name()])
        case .srv: return join([number().map { "\($0)" }, number().map { "\($0)" }, number().map { "\($0)" }, name()])
        case .soa:
            guard let one = name(), let other = name(), position + 20 == end else { return nil }
            let numbers = stride(from: position, to: end, by: 4).map { start in
                "\(bytes[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })"
            }
            return ([one, other] + numbers).joined(separator: " ")
        case .txt:
            var texts: [String] = []
            while position < end {
                let length = Int(bytes[position])
                guard position + 1 + length <= end else { return nil }
                texts.append(Self.quoted(bytes[(position + 1)..<(position + 1 + length)]))
                position += 1 + length
            }
            return texts.joined(separator: " ")
        default:
            let hex = raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "\\# \(raw.count) \(hex)"
        }
    }

    private func join(_ parts: [String?]) -> String? {
        let known = parts.compactMap { $0 }
        return known.count == parts.count ? known.joined(separator: " ") : nil
    }

    private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        "\""
            + bytes.map { byte -> String in
                if byte == 0x22 || byte == 0x5C { return "\\" + String(UnicodeScalar(byte)) }
                if (0x20..<0x7F).contains(byte) { return String(UnicodeScalar(byte)) }
                return "\\" + String(1000 + Int(byte)).dropFirst()
            }.joined() + "\""
    }
}
