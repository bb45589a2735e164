/// The OpenAPI v2 document in protobuf, as old clients and `kubectl explain --output=plaintext-openapiv2` read it.
///
/// The messages are those of https://github.com/google/gnostic-models, openapiv2/OpenAPIv2.proto.
package enum OpenAPIV2 {
    /// The document for all kinds.
    package static func protobuf(_ table: ResourceTable) -> [UInt8] {
        var document = ProtobufBytes()
        document.add(1, "2.0")
        var info = ProtobufBytes()
        info.add(1, "Kubernetes")
        info.add(2, "v1.36.2")
        document.add(2, info)
        document.add(8, ProtobufBytes())
        var definitions = ProtobufBytes()
        for (name, schema) in OpenAPISchemas(.two).schemas(table.definitions) {
            definitions.add(1, named(name, schema))
        }
        document.add(9, definitions)
        return document.bytes
    }

    private static func named(_ name: String, _ schema: JSONValue) -> ProtobufBytes {
        var message = ProtobufBytes()
        message.add(1, name)
        message.add(2, self.schema(schema))
        return message
    }

    private static func schema(_ schema: JSONValue) -> ProtobufBytes {
        var message = ProtobufBytes()
        if let reference = schema["$ref"]?.string { message.add(1, reference) }
        if let format = schema["format"]?.string { message.add(2, format) }
        if let description = schema["description"]?.string { message.add(4, description) }
        if let value = schema["default"] { message.add(5, any(value)) }
        for name in schema["required"].texts { message.add(19, name) }
        for value in schema["enum"].items { message.add(20, any(value)) }
        if let element = schema["additionalProperties"] {
            var item = ProtobufBytes()
            item.add(1, self.schema(element))
            message.add(21, item)
        }
        if let type = schema["type"]?.string {
            var item = ProtobufBytes()
            item.add(1, type)
            message.add(22, item)
        }
        if let element = schema["items"] {
            var item = ProtobufBytes()
            item.add(1, self.schema(element))
            message.add(23, item)
        }
        if let properties = schema["properties"]?.object {
            var list = ProtobufBytes()
            for (name, property) in properties { list.add(1, named(name, property)) }
            message.add(25, list)
        }
        for (name, value) in schema.object ?? JSONObject() where name.hasPrefix("x-") {
            var item = ProtobufBytes()
            item.add(1, name)
            item.add(2, any(value))
            message.add(31, item)
        }
        return message
    }

    /// A value as YAML, which includes JSON.
    private static func any(_ value: JSONValue) -> ProtobufBytes {
        var message = ProtobufBytes()
        message.add(2, value.description)
        return message
    }
}

/// The bytes of a protobuf message that contains only strings and messages.
private struct ProtobufBytes {
    var bytes: [UInt8] = []

    mutating func add(_ number: Int, _ text: String) {
        add(number, Array(text.utf8))
    }

    mutating func add(_ number: Int, _ message: ProtobufBytes) {
        add(number, message.bytes)
    }

    private mutating func add(_ number: Int, _ content: [UInt8]) {
        varint(number << 3 | 2)
        varint(content.count)
        bytes += content
    }

    private mutating func varint(_ value: Int) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
