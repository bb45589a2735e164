/// Text as Go's formatting verbs write it, for error messages.
enum GoText {
    /// `%q`.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case "\u{07}": result += #"\a"#
            case "\u{08}": result += #"\b"#
            case "\u{0c}": result += #"\f"#
            case "\n": result += #"\n"#
            case "\r": result += #"\r"#
            case "\t": result += #"\t"#
            case "\u{0b}": result += #"\v"#
            case "\u{00}"..<" ", "\u{7f}":
                result += #"\x"# + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// JSON without Go's HTML escapes.
    static func unescapedJSON(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .array(let elements): "[" + elements.map(unescapedJSON).joined(separator: ",") + "]"
        case .object(let object):
            "{" + object.members.map { "\(quoted($0.key)):\(unescapedJSON($0.value))" }.joined(separator: ",") + "}"
        default: value.description
        }
    }

    /// `%v` of a decoded JSON value: `map[a:1 b:[x y]]`, keys sorted.
    static func plain(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): value.description
        case .string(let text): text
        case .array(let elements): "[" + elements.map(plain).joined(separator: " ") + "]"
        case .object(let object):
            "map[" + object.sorted().members.map { "\($0.key):\(plain($0.value))" }.joined(separator: " ") + "]"
        }
    }

    /// What Go's decoder calls a JSON value.
    static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
