/// Any JSON, for the output of programs.
package enum JSONValue: Sendable, Hashable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    package subscript(key: String) -> JSONValue? { if case .object(let members) = self { members[key] } else { nil } }

    package var text: String? { if case .text(let text) = self { text } else { nil } }

    package var integer: Int? {
        if case .number(let number) = self, number.magnitude < 1e15 { Int(number) } else { nil }
    }

    package var elements: [JSONValue] { if case .list(let list) = self { list } else { [] } }

    package var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
}
