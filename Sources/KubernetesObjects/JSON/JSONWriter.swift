/// Writes JSON as Go's encoder does: no blanks, and `<`, `>`, `&` and the two line separators escaped.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.write(value)
        return writer.bytes
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(value)
        case .double(let value): append(value)
        case .string(let value): append(quoting: value)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object): write(object)
        }
    }

    package mutating func write(_ object: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(quoting: member.key)
            bytes.append(UInt8(ascii: ":"))
            write(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends bytes that already are JSON, or punctuation.
    package mutating func append(raw json: some Sequence<UInt8>) {
        bytes.append(contentsOf: json)
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ value: Int64) {
        if (0..<10).contains(value) {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
    }

    private mutating func append(_ value: Double) {
        if value == value.rounded(), abs(value) < 1e15 {
            append(Int64(value))
        } else {
            bytes.append(contentsOf: value.description.utf8)
        }
    }

    private mutating func append(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                let isSeparator =
                    byte == 0xe2 && index + 2 < utf8.count && utf8[index + 1] == 0x80 && utf8[index + 2] & 0xfe == 0xa8
                guard Self.needsEscape(byte) || isSeparator else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[start..<index])
                if isSeparator {
                    append(utf8[index + 2] == 0xa8 ? #"\u2028"# : #"\u2029"#)
                    index += 3
                } else {
                    appendEscape(byte)
                    index += 1
                }
                start = index
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "<")
            || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(#"\""#)
        case UInt8(ascii: "\\"): append(#"\\"#)
        case 0x08: append(#"\b"#)
        case 0x0c: append(#"\f"#)
        case 0x0a: append(#"\n"#)
        case 0x0d: append(#"\r"#)
        case 0x09: append(#"\t"#)
        default:
            append(#"\u00"#)
            let digits: StaticString = "0123456789abcdef"
            digits.withUTF8Buffer {
                bytes.append($0[Int(byte >> 4)])
                bytes.append($0[Int(byte & 15)])
            }
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON text.
    package var description: String {
        String(decoding: JSONWriter.bytes(self), as: UTF8.self)
    }
}
