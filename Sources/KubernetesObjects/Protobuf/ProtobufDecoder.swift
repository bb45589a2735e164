/// Decodes protobuf messages to JSON values, by the schema's field numbers. Empty values are omitted as in Go's JSON;
/// fields unknown to the schema are skipped.
enum ProtobufDecoder {
    /// No Kubernetes object nests this deep.
    private static let maximumDepth = 64

    static func decode(
        _ bytes: ArraySlice<UInt8>, type: SchemaType, into object: inout JSONObject, depth: Int, inlinedIn: Int? = nil
    ) throws(ProtobufError) {
        guard depth < maximumDepth else { throw ProtobufError("the object is too deep") }
        var input = ProtobufInput(bytes)
        while let (number, payload) = try input.next() {
            if let field = type.fields.first(where: { $0.number == number && $0.inlinedIn == inlinedIn }) {
                try add(payload, field, to: &object, depth: depth)
            } else if inlinedIn == nil, case .bytes(let content) = payload,
                type.fields.contains(where: { $0.inlinedIn == number })
            {
                try decode(content, type: type, into: &object, depth: depth + 1, inlinedIn: number)
            }
        }
    }

    private static func add(
        _ payload: ProtobufInput.Payload, _ field: SchemaField, to object: inout JSONObject, depth: Int
    ) throws(ProtobufError) {
        switch field.value {
        case .list(let element):
            guard let value = try value(payload, element, depth: depth) else { return }
            var items = object[field.name]?.array ?? []
            items.append(value)
            object[field.name] = .array(items)
        case .map(let element):
            guard case .bytes(let entry) = payload else { return }
            var members = object[field.name]?.object ?? JSONObject()
            let (key, value) = try member(entry, element, depth: depth)
            members[key] = value
            object[field.name] = .object(members)
        default:
            guard let value = try value(payload, field.value, depth: depth) else { return }
            if !field.isPointer, !field.isAlwaysWritten, value.isEmpty { return }
            object[field.name] = value
        }
    }

    private static func member(
        _ entry: ArraySlice<UInt8>, _ element: ValueType, depth: Int
    ) throws(ProtobufError) -> (String, JSONValue) {
        var input = ProtobufInput(entry)
        var key = ""
        var result = element.zero
        while let (number, payload) = try input.next() {
            if number == 1, case .bytes(let text) = payload { key = String(decoding: text, as: UTF8.self) }
            guard number == 2 else { continue }
            if case .list(let inner) = element, case .bytes(let content) = payload {
                var list = ProtobufInput(content)
                var items: [JSONValue] = []
                while let (_, item) = try list.next() {
                    if let value = try value(item, inner, depth: depth) { items.append(value) }
                }
                result = .array(items)
            } else if let read = try value(payload, element, depth: depth) {
                result = read
            }
        }
        return (key, result)
    }

    /// `nil` for an unset time.
    private static func value(
        _ payload: ProtobufInput.Payload, _ type: ValueType, depth: Int
    ) throws(ProtobufError) -> JSONValue? {
        switch (type, payload) {
        case (.bool, .varint(let value)): return .bool(value != 0)
        case (.int32, .varint(let value)): return .integer(Int64(Int32(truncatingIfNeeded: value)))
        case (.int64, .varint(let value)): return .integer(Int64(bitPattern: value))
        case (.double, .fixed64(let value)): return .double(Double(bitPattern: value))
        case (.string, .bytes(let text)): return .string(String(decoding: text, as: UTF8.self))
        case (.bytes, .bytes(let content)): return .string(Base64.encode(content))
        case (.time, .bytes(let content)): return try time(content, isMicro: false)
        case (.microTime, .bytes(let content)): return try time(content, isMicro: true)
        case (.duration, .bytes(let content)):
            return .string(GoDuration.text(nanoseconds: try number(1, in: content)))
        case (.intOrString, .bytes(let content)):
            return try number(1, in: content) == 1
                ? .string(String(decoding: try bytes(3, in: content), as: UTF8.self))
                : .integer(Int64(Int32(truncatingIfNeeded: try number(2, in: content))))
        case (.quantity, .bytes(let content)):
            return .string(String(decoding: try bytes(1, in: content), as: UTF8.self))
        case (.raw, .bytes(let content)): return try raw(Array(try bytes(1, in: content)))
        case (.structure(let index), .bytes(let content)):
            var object = JSONObject()
            try decode(content, type: Schema.kubernetes[index], into: &object, depth: depth + 1)
            return .object(object)
        default: throw ProtobufError("a field has another type than its kind says")
        }
    }

    private static func raw(_ bytes: [UInt8]) throws(ProtobufError) -> JSONValue? {
        guard !bytes.isEmpty else { return nil }
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(bytes)
        } catch {
            throw ProtobufError(error.message)
        }
    }

    private static func time(_ content: ArraySlice<UInt8>, isMicro: Bool) throws(ProtobufError) -> JSONValue? {
        guard !content.isEmpty else { return nil }
        let seconds = try number(1, in: content)
        let nanoseconds = try number(2, in: content)
        // Year 1 is Go's unset time; the API's calendar ends with year 9999.
        guard (-62_135_596_799...253_402_300_799).contains(seconds) else { return nil }
        return .string(
            isMicro
                ? APITime.text(seconds: seconds, microseconds: max(0, min(nanoseconds, 999_999_999)) / 1000)
                : APITime.text(seconds: seconds))
    }

    private static func number(_ wanted: Int, in content: ArraySlice<UInt8>) throws(ProtobufError) -> Int64 {
        var input = ProtobufInput(content)
        var result: Int64 = 0
        while let (number, payload) = try input.next() {
            if number == wanted, case .varint(let value) = payload { result = Int64(bitPattern: value) }
        }
        return result
    }

    private static func bytes(_ wanted: Int, in content: ArraySlice<UInt8>) throws(ProtobufError) -> ArraySlice<UInt8> {
        var input = ProtobufInput(content)
        var result: ArraySlice<UInt8> = []
        while let (number, payload) = try input.next() {
            if number == wanted, case .bytes(let value) = payload { result = value }
        }
        return result
    }
}

extension JSONValue {
    /// Values that Go's `omitempty` omits, and empty structures.
    fileprivate var isEmpty: Bool {
        switch self {
        case .null, .bool(false), .integer(0), .string(""): true
        case .double(let number): number == 0
        case .array(let items): items.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}

extension ValueType {
    fileprivate var zero: JSONValue {
        switch self {
        case .bool: false
        case .int32, .int64: 0
        case .list: []
        case .structure, .map: [:]
        default: ""
        }
    }
}
