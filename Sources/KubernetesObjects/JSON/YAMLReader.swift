private import Yams

/// Why text is not YAML.
package struct YAMLSyntaxError: Error, Hashable, CustomStringConvertible {
    package var message: String
    package var description: String { message }
}

/// Reads one YAML document as JSON; JSON is also YAML.
package enum YAMLReader {
    /// Reads a document; only blanks and comments means null.
    ///
    /// - Returns: The value, and the paths of members that appear more than once.
    /// - Throws: `YAMLSyntaxError`.
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(YAMLSyntaxError) -> (value: JSONValue, duplicates: [String]) {
        guard bytes.count <= limits.size else {
            throw YAMLSyntaxError(message: "the document is larger than \(limits.size) bytes")
        }
        // Text that begins like JSON usually is JSON.
        if let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") {
            if let json = asJSON(bytes, limits) { return json }
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw YAMLSyntaxError(message: "yaml: \(error)")
        }
        guard let node else { return (.null, []) }
        var converter = Converter(limits: limits)
        let value = try converter.value(node, "", depth: 0)
        return (value, converter.duplicates)
    }

    private static func asJSON(_ bytes: [UInt8], _ limits: JSONLimits) -> (value: JSONValue, duplicates: [String])? {
        do { return try JSONParser.parseReportingDuplicates(bytes, limits: limits) } catch { return nil }
    }

    private struct Converter {
        let limits: JSONLimits
        var duplicates: [String] = []
        /// Aliases can make a small text expand hugely.
        var count = 0

        mutating func value(_ node: Node, _ path: String, depth: Int) throws(YAMLSyntaxError) -> JSONValue {
            count += 1
            guard depth <= limits.depth else { throw YAMLSyntaxError(message: "exceeded max depth") }
            guard count <= 1_000_000 else { throw YAMLSyntaxError(message: "the document has too many values") }
            switch node {
            case .scalar(let scalar): return Self.scalar(node, scalar)
            case .sequence(let sequence):
                var elements: [JSONValue] = []
                for (index, element) in sequence.enumerated() {
                    elements.append(try value(element, "\(path)[\(index)]", depth: depth + 1))
                }
                return .array(elements)
            case .mapping(let mapping):
                var object = JSONObject()
                for (key, element) in mapping {
                    guard let name = key.scalar?.string else {
                        throw YAMLSyntaxError(
                            message: "yaml: a key of \(path.isEmpty ? "the document" : path) is no text")
                    }
                    let place = path.isEmpty ? name : "\(path).\(name)"
                    if object[name] != nil { duplicates.append(place) }
                    object[name] = try value(element, place, depth: depth + 1)
                }
                return .object(object)
            case .alias:
                throw YAMLSyntaxError(message: "yaml: unknown anchor at \(path)")
            }
        }

        static func scalar(_ node: Node, _ scalar: Node.Scalar) -> JSONValue {
            let text = scalar.string
            switch node.tag {
            case Tag(.null): return .null
            case Tag(.bool): return .bool(["true", "yes", "on", "y"].contains(text.lowercased()))
            case Tag(.int):
                if let integer = node.int { return .integer(Int64(integer)) }
                return .string(text)
            case Tag(.float):
                if let double = node.float, double.isFinite { return .double(double) }
                return .string(text)
            default: return .string(text)
            }
        }
    }
}
