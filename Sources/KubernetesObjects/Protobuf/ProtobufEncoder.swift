/// Encodes JSON values as protobuf messages, by the schema's field numbers.
enum ProtobufEncoder {
    static func encode(_ object: JSONObject, type: SchemaType, to output: inout ProtobufOutput) {
        var inlined: [(number: Int, content: ProtobufOutput)] = []
        for member in object {
            guard member.value != .null, let field = type.field(member.key) else { continue }
            if let outer = field.inlinedIn {
                var content = inlined.last?.number == outer ? inlined.removeLast().content : ProtobufOutput()
                encode(member.value, field.value, number: field.number, to: &content)
                inlined.append((outer, content))
            } else {
                encode(member.value, field.value, number: field.number, to: &output)
            }
        }
        for part in merged(inlined) { output.field(part.number, bytes: part.content.bytes) }
    }

    /// Protobuf merges parts of one message, but Go's decoder of lists does not: each is written once.
    private static func merged(
        _ parts: [(number: Int, content: ProtobufOutput)]
    ) -> [(number: Int, content: ProtobufOutput)] {
        var merged: [(number: Int, content: ProtobufOutput)] = []
        for part in parts {
            if let index = merged.firstIndex(where: { $0.number == part.number }) {
                merged[index].content.append(raw: part.content.bytes)
            } else {
                merged.append(part)
            }
        }
        return merged
    }

    private static func encode(_ value: JSONValue, _ type: ValueType, number: Int, to output: inout ProtobufOutput) {
        switch type {
        case .bool: output.field(number, varint: value.bool == true ? 1 : 0)
        case .int32, .int64: output.field(number, varint: UInt64(bitPattern: value.integer ?? 0))
        case .double: output.field(number, fixed64: double(value).bitPattern)
        case .string: output.field(number, bytes: (value.string ?? "").utf8)
        case .bytes: output.field(number, bytes: Base64.decode(value.string ?? "") ?? [])
        case .time, .microTime:
            output.field(number) { message in
                guard let time = APITime.parse(value.string ?? "") else { return }
                message.field(1, varint: UInt64(bitPattern: time.seconds))
                message.field(2, varint: UInt64(bitPattern: time.nanoseconds))
            }
        case .duration:
            output.field(number) { $0.field(1, varint: UInt64(bitPattern: GoDuration.nanoseconds(value.string ?? ""))) }
        case .intOrString:
            output.field(number) { message in
                if let text = value.string {
                    message.field(1, varint: 1)
                    message.field(3, bytes: text.utf8)
                } else {
                    message.field(1, varint: 0)
                    message.field(2, varint: UInt64(bitPattern: value.integer ?? 0))
                }
            }
        case .quantity: output.field(number) { $0.field(1, bytes: quantity(value).utf8) }
        case .raw: output.field(number) { $0.field(1, bytes: JSONWriter.bytes(value)) }
        case .structure(let index):
            output.field(number) { encode(value.object ?? JSONObject(), type: Schema.kubernetes[index], to: &$0) }
        case .list(let element):
            for item in value.array ?? [] { encode(item, element, number: number, to: &output) }
        case .map(let element):
            for member in value.object ?? JSONObject() {
                output.field(number) { entry in
                    entry.field(1, bytes: member.key.utf8)
                    if case .list = element {
                        entry.field(2) { encode(member.value, element, number: 1, to: &$0) }
                    } else {
                        encode(member.value, element, number: 2, to: &entry)
                    }
                }
            }
        }
    }

    private static func double(_ value: JSONValue) -> Double {
        if case .double(let number) = value { number } else { Double(value.integer ?? 0) }
    }

    private static func quantity(_ value: JSONValue) -> String {
        value.string ?? value.integer.map(String.init) ?? "0"
    }
}
