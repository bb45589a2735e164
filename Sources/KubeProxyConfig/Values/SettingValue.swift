import KubernetesObjects
import Yams

/// A type that fields and flags can have.
protocol SettingValue: Sendable, Hashable {
    /// Go's zero value, for missing fields.
    static var zero: Self { get }
    /// The placeholder of a value in help; `nil` for a switch, which needs none.
    static var placeholder: String? { get }

    /// Reads the value of a flag.
    init(flag text: String) throws(ValueProblem)
    /// Reads the value of a field.
    init(node: Node) throws(ValueProblem)
    /// The value of a flag repeated after `self`.
    func following(_ next: Self) -> Self

    /// As in `/flagz`.
    var flagText: String { get }
    /// As in a file.
    var json: JSONValue { get }
}

extension SettingValue {
    func following(_ next: Self) -> Self { next }
}

extension Node {
    /// The text of a scalar of one of the kinds; throws the valid form.
    func text(_ kinds: Tag.Name..., expecting what: String) throws(ValueProblem) -> String {
        guard case .scalar(let scalar) = self else { throw ValueProblem("is a list or an object; write \(what)") }
        guard kinds.contains(where: { tag == Tag($0) }) else {
            throw ValueProblem("is \(shown(scalar)); write \(what)")
        }
        return scalar.string
    }

    private func shown(_ scalar: Scalar) -> String {
        let isQuoted = scalar.style == .doubleQuoted || scalar.style == .singleQuoted
        return isQuoted ? "the text \"\(scalar.string)\"" : "“\(scalar.string)”"
    }

    var isNull: Bool { if case .scalar = self { tag == Tag(.null) } else { false } }
}

extension Bool: SettingValue {
    static var zero: Bool { false }
    static var placeholder: String? { nil }

    /// As Go's `strconv.ParseBool`.
    init(flag text: String) throws(ValueProblem) {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": self = true
        case "0", "f", "F", "false", "FALSE", "False": self = false
        default: throw ValueProblem("is “\(text)”; write true or false")
        }
    }

    init(node: Node) throws(ValueProblem) {
        let text = try node.text(.bool, expecting: "true or false")
        self = ["true", "yes", "on", "y"].contains(text.lowercased())
    }

    var flagText: String { "\(self)" }
    var json: JSONValue { .bool(self) }
}

extension Int: SettingValue {
    static var placeholder: String? { "number" }

    init(flag text: String) throws(ValueProblem) {
        guard let value = Int32(text) else { throw ValueProblem("is “\(text)”; write a whole number") }
        self = Int(value)
    }

    init(node: Node) throws(ValueProblem) {
        try self.init(flag: try node.text(.int, expecting: "a whole number"))
    }

    var flagText: String { "\(self)" }
    var json: JSONValue { .integer(Int64(self)) }
}

extension Double: SettingValue {
    static var placeholder: String? { "number" }

    init(flag text: String) throws(ValueProblem) {
        guard let value = Double(text), value.isFinite else { throw ValueProblem("is “\(text)”; write a number") }
        self = value
    }

    init(node: Node) throws(ValueProblem) {
        try self.init(flag: try node.text(.int, .float, expecting: "a number"))
    }

    var flagText: String { isWhole ? "\(Int64(self))" : "\(self)" }
    var json: JSONValue { isWhole ? .integer(Int64(self)) : .double(self) }

    private var isWhole: Bool { rounded() == self && magnitude < 1e15 }
}

extension String: SettingValue {
    static var zero: String { "" }
    static var placeholder: String? { "text" }

    init(flag text: String) throws(ValueProblem) { self = text }

    init(node: Node) throws(ValueProblem) {
        self = try node.text(.str, .timestamp, expecting: "text, in quotes if it looks like something else")
    }

    var flagText: String { self }
    var json: JSONValue { .string(self) }
}

extension [String]: SettingValue {
    static var zero: [String] { [] }
    static var placeholder: String? { "list" }

    init(flag text: String) throws(ValueProblem) {
        self = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    init(node: Node) throws(ValueProblem) {
        guard case .sequence(let elements) = node else {
            throw ValueProblem("is not a list; write one, such as [a, b]")
        }
        self = []
        for element in elements { append(try String(node: element)) }
    }

    func following(_ next: [String]) -> [String] { self + next }
    var flagText: String { "[\(joined(separator: ","))]" }
    /// kube-proxy's `nil` slice.
    var json: JSONValue { isEmpty ? .null : .array(map { .string($0) }) }
}

extension [String: Bool]: SettingValue {
    static var zero: [String: Bool] { [:] }
    static var placeholder: String? { "name=true,…" }

    init(flag text: String) throws(ValueProblem) {
        self = [:]
        for pair in text.split(separator: ",") {
            guard let equals = pair.firstIndex(of: "=") else {
                throw ValueProblem("has “\(pair)”; write names with values, such as SomeGate=true")
            }
            self[String(pair[..<equals])] = try Bool(flag: String(pair[pair.index(after: equals)...]))
        }
    }

    init(node: Node) throws(ValueProblem) {
        guard case .mapping(let mapping) = node else {
            throw ValueProblem("is not an object; write one, such as {SomeGate: true}")
        }
        self = [:]
        for (key, value) in mapping { self[try String(node: key)] = try Bool(node: value) }
    }

    func following(_ next: [String: Bool]) -> [String: Bool] { merging(next) { $1 } }
    var flagText: String { sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
    var json: JSONValue { .object(JSONObject(sorted { $0.key < $1.key }.map { ($0.key, .bool($0.value)) })) }
}
