/// Whole objects in the format that Kubernetes' own programs prefer: `k8s\0`, and an envelope that names the kind.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
package enum ProtobufCodec {
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0]

    /// An object of a type of the schema.
    package static func encode(_ document: Document, schemaType: String) throws(ProtobufError) -> [UInt8] {
        guard let type = Schema.kubernetes.index(of: schemaType) else {
            throw ProtobufError("there is no type \(schemaType)")
        }
        var body = ProtobufOutput()
        ProtobufEncoder.encode(document.object, type: Schema.kubernetes[type], to: &body)
        return envelope(body.bytes, apiVersion: document.apiVersion, kind: document.kind)
    }

    /// A list of objects of a type, each without kind and version.
    package static func encode(
        list documents: [Document], metadata: JSONObject, apiVersion: String, kind: String, schemaType: String
    ) throws(ProtobufError) -> [UInt8] {
        var body = ProtobufOutput()
        body.field(1) { list in
            if let version = metadata["resourceVersion"]?.string { list.field(2, bytes: version.utf8) }
            if let token = metadata["continue"]?.string { list.field(3, bytes: token.utf8) }
            if let count = metadata["remainingItemCount"]?.integer { list.field(4, varint: UInt64(bitPattern: count)) }
        }
        for document in documents {
            guard let type = Schema.kubernetes.index(of: schemaType) else {
                throw ProtobufError("there is no type \(schemaType)")
            }
            body.field(2) { ProtobufEncoder.encode(document.object, type: Schema.kubernetes[type], to: &$0) }
        }
        return envelope(body.bytes, apiVersion: apiVersion, kind: kind)
    }

    /// A `Status`.
    package static func encode(_ status: APIStatus) -> [UInt8] {
        var body = ProtobufOutput()
        body.field(1) { _ in }
        body.field(2, bytes: (status.isSuccess ? "Success" : "Failure").utf8)
        body.field(3, bytes: status.message.utf8)
        body.field(4, bytes: status.reason.utf8)
        if let details = status.details {
            body.field(5) { message in
                message.field(1, bytes: details.name.utf8)
                message.field(2, bytes: details.group.utf8)
                message.field(3, bytes: details.kind.utf8)
                for cause in details.causes {
                    message.field(4) {
                        $0.field(1, bytes: cause.reason.utf8)
                        $0.field(2, bytes: cause.message.utf8)
                        $0.field(3, bytes: cause.field.utf8)
                    }
                }
                message.field(5, varint: UInt64(bitPattern: Int64(details.retryAfterSeconds)))
                message.field(6, bytes: details.uid.utf8)
            }
        }
        body.field(6, varint: UInt64(bitPattern: Int64(status.code)))
        return envelope(body.bytes, apiVersion: "v1", kind: "Status")
    }

    /// One event of a watch, preceded by its length.
    package static func watchEvent(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var body = ProtobufOutput()
        body.field(1, bytes: type.utf8)
        body.field(2) { $0.field(1, bytes: object) }
        let length = UInt32(body.bytes.count)
        return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + body.bytes
    }

    private static func envelope(_ body: [UInt8], apiVersion: String, kind: String) -> [UInt8] {
        var unknown = ProtobufOutput()
        unknown.field(1) {
            $0.field(1, bytes: apiVersion.utf8)
            $0.field(2, bytes: kind.utf8)
        }
        unknown.field(2, bytes: body)
        unknown.field(3, bytes: [])
        unknown.field(4, bytes: [])
        return magic + unknown.bytes
    }

    /// Reads an object of the given type; kind and version are those that the envelope names.
    package static func decode(_ bytes: [UInt8], schemaType: String) throws(ProtobufError) -> JSONValue {
        guard bytes.starts(with: magic) else { throw ProtobufError("the bytes do not begin with k8s\\0") }
        var envelope = ProtobufInput(bytes[magic.count...])
        var object = JSONObject()
        var raw: ArraySlice<UInt8> = []
        while let (number, payload) = try envelope.next() {
            guard case .bytes(let content) = payload else { continue }
            switch number {
            case 1:
                var names = ProtobufInput(content)
                while let (number, payload) = try names.next() {
                    guard case .bytes(let text) = payload, !text.isEmpty else { continue }
                    object[number == 1 ? "apiVersion" : "kind"] = .string(String(decoding: text, as: UTF8.self))
                }
            case 2: raw = content
            default: break
            }
        }
        guard let type = Schema.kubernetes.index(of: schemaType) else {
            throw ProtobufError("there is no type \(schemaType)")
        }
        try ProtobufDecoder.decode(raw, type: Schema.kubernetes[type], into: &object, depth: 0)
        return .object(object)
    }
}
