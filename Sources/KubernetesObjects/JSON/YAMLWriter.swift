private import Yams

/// Writes values as YAML with sorted keys, as kube-apiserver does.
package enum YAMLWriter {
    /// - Throws: `YAMLSyntaxError` if the value cannot be written.
    package static func bytes(_ value: JSONValue) throws(YAMLSyntaxError) -> [UInt8] {
        do {
            return Array(try Yams.serialize(node: node(value), sortKeys: true).utf8)
        } catch {
            throw YAMLSyntaxError(message: "\(error)")
        }
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node("\(value)", Tag(.int))
        case .double(let value): Node("\(value)", Tag(.float))
        case .string(let text): Node(text, Tag(.str), needsQuotes(text) ? .doubleQuoted : .any)
        case .array(let elements): Node(elements.map(node), Tag(.seq))
        case .object(let object):
            Node(object.members.map { (Node($0.key, Tag(.str)), node($0.value)) }, Tag(.map))
        }
    }

    /// Text that would be read as something else.
    private static func needsQuotes(_ text: String) -> Bool {
        guard !text.isEmpty else { return true }
        return Node(text).tag != Tag(.str) || Double(text) != nil
    }
}
