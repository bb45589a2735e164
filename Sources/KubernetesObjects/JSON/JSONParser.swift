/// Why text is not JSON, in the wording of Go's decoder, which clients know.
package struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    package var message: String
    /// The number of bytes before the offending one.
    package var offset: Int

    package var description: String { message }
}

/// Limits that keep a hostile document from exhausting stack or memory.
package struct JSONLimits: Sendable {
    /// The nesting depth of objects and arrays.
    package var depth = 512
    /// Bytes of the text.
    package var size = 64 << 20

    package init() {}
}

/// Reads one JSON value from UTF-8 bytes.
package struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0
    private let limits: JSONLimits
    /// Paths such as `spec.ports[0].port` of members that appear more than once, in order of appearance.
    private(set) var duplicates: [String] = []
    private var path: [PathStep] = []

    private enum PathStep {
        case member(String)
        case element(Int)
    }

    private init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Reads a value. Of duplicate members the last one counts.
    ///
    /// - Throws: `JSONSyntaxError`.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) -> JSONValue
    {
        try parseReportingDuplicates(bytes, limits: limits).value
    }

    /// Reads a value and also returns the paths of members that appear more than once.
    ///
    /// - Throws: `JSONSyntaxError`.
    package static func parseReportingDuplicates(
        _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) -> (value: JSONValue, duplicates: [String]) {
        guard bytes.count <= limits.size else {
            throw JSONSyntaxError(message: "the document is larger than \(limits.size) bytes", offset: limits.size)
        }
        var parser = JSONParser(bytes, limits: limits)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == parser.bytes.count else { throw parser.unexpected("after top-level value") }
        return (value, parser.duplicates)
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private func unexpected(_ context: String) -> JSONSyntaxError {
        guard index < bytes.count else {
            return JSONSyntaxError(message: "unexpected end of JSON input", offset: index)
        }
        return JSONSyntaxError(message: "invalid character \(quoted(bytes[index])) \(context)", offset: index)
    }

    private func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): return #"'\''"#
        case UInt8(ascii: "\""): return #"'"'"#
        case UInt8(ascii: "\\"): return #"'\\'"#
        case 0x07: return #"'\a'"#
        case 0x08: return #"'\b'"#
        case 0x0c: return #"'\f'"#
        case 0x0a: return #"'\n'"#
        case 0x0d: return #"'\r'"#
        case 0x09: return #"'\t'"#
        case 0x0b: return #"'\v'"#
        case 0x20..<0x7f: return "'\(Character(UnicodeScalar(byte)))'"
        case 0x7f...0xa0, 0xad: return #"'\u00"# + hexadecimal(byte) + "'"
        case 0xa1...: return "'\(Character(UnicodeScalar(byte)))'"
        default: return #"'\x"# + hexadecimal(byte) + "'"
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        guard index < bytes.count else { throw unexpected("") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func literal(_ name: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for position in 0..<name.utf8CodeUnitCount {
            let expected = name.description.utf8.dropFirst(position).first ?? 0
            guard index < bytes.count, bytes[index] == expected else {
                throw unexpected("in literal \(name) (expecting '\(Character(UnicodeScalar(expected)))')")
            }
            index += 1
        }
        return value
    }

    private mutating func enter() throws(JSONSyntaxError) {
        index += 1
        depth += 1
        guard depth <= limits.depth else { throw JSONSyntaxError(message: "exceeded max depth", offset: index) }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipSpace()
        if index < bytes.count, bytes[index] == UInt8(ascii: "]") {
            index += 1
            depth -= 1
            return .array(elements)
        }
        while true {
            skipSpace()
            path.append(.element(elements.count))
            elements.append(try value())
            path.removeLast()
            skipSpace()
            guard index < bytes.count else { throw unexpected("") }
            switch bytes[index] {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                depth -= 1
                return .array(elements)
            default: throw unexpected("after array element")
            }
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var members: [JSONObject.Member] = []
        var seen = Set<String>()
        skipSpace()
        if index < bytes.count, bytes[index] == UInt8(ascii: "}") {
            index += 1
            depth -= 1
            return .object(JSONObject())
        }
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let key = try string()
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { throw unexpected("after object key") }
            index += 1
            skipSpace()
            path.append(.member(key))
            let value = try value()
            let isDuplicate: Bool
            if members.count < 16 {
                isDuplicate = members.contains { $0.key == key }
            } else {
                if seen.isEmpty { seen = Set(members.map(\.key)) }
                isDuplicate = !seen.insert(key).inserted
            }
            if isDuplicate {
                let path = pathText
                if !duplicates.contains(path) { duplicates.append(path) }
                if let index = members.firstIndex(where: { $0.key == key }) { members[index].value = value }
            } else {
                members.append((key, value))
            }
            path.removeLast()
            skipSpace()
            guard index < bytes.count else { throw unexpected("") }
            switch bytes[index] {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "}"):
                index += 1
                depth -= 1
                return .object(JSONObject(uniqueMembers: members))
            default: throw unexpected("after object key:value pair")
            }
        }
    }

    private var pathText: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        var isInteger = true
        guard index < bytes.count, isDigit(bytes[index]) else { throw unexpected("in numeric literal") }
        if bytes[index] == UInt8(ascii: "0") { index += 1 } else { skipDigits() }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            guard index < bytes.count, isDigit(bytes[index]) else {
                throw unexpected("after decimal point in numeric literal")
            }
            skipDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard index < bytes.count, isDigit(bytes[index]) else {
                throw unexpected("in exponent of numeric literal")
            }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw JSONSyntaxError(
                message: "json: cannot unmarshal number \(text) into Go value of type float64", offset: start)
        }
        return .double(double)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func skipDigits() {
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let text = String(decoding: bytes[start..<index], as: UTF8.self)
                index += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw unexpected("in string literal")
            default: index += 1
            }
        }
        throw unexpected("")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text: [UInt8] = []
        for position in start..<index { text.append(bytes[position]) }
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &text)
            case 0..<0x20: throw unexpected("in string literal")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw unexpected("")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard index < bytes.count else { throw unexpected("") }
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[index])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            index += 1
            var scalar = try hexadecimalUnit()
            if (0xd800..<0xdc00).contains(scalar), index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                bytes[index + 1] == UInt8(ascii: "u")
            {
                let mark = index
                index += 2
                let low = try hexadecimalUnit()
                if (0xdc00..<0xe000).contains(low) {
                    scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                } else {
                    index = mark
                }
            }
            text.append(contentsOf: String(Character(UnicodeScalar(scalar) ?? "\u{fffd}")).utf8)
            return
        default: throw unexpected("in string escape code")
        }
        index += 1
    }

    private mutating func hexadecimalUnit() throws(JSONSyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count else { throw unexpected("") }
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw unexpected(#"in \u hexadecimal character escape"#)
            }
            index += 1
        }
        return unit
    }
}
