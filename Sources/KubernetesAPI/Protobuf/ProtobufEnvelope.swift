/// The envelope of every protobuf response: four magic bytes and a `runtime.Unknown`, which names the kind.
///
/// See https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding.
struct ProtobufEnvelope {
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    private(set) var kind = ""
    let body: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(ObjectError) {
        guard bytes.starts(with: Self.magic) else {
            throw ObjectError(
                object: "", field: "",
                reason: "the answer is not protobuf of Kubernetes; check that an API server is at this address")
        }
        var unknown = ProtobufMessage(UnsafeRawBufferPointer(rebasing: bytes[Self.magic.count...]))
        var body: UnsafeRawBufferPointer?
        while let field = try unknown.next() {
            switch field.number {
            case 1: kind = try Self.kind(field.message())
            case 2: body = try field.bytes()
            case 3 where !(try field.bytes().isEmpty):
                throw ProtobufField.damaged("it is compressed, which was not asked for")
            default: continue
            }
        }
        // A response truncated here must not pass for an empty list.
        guard let body else { throw ProtobufField.damaged("it has no content") }
        self.body = body
    }

    /// `runtime.TypeMeta`
    private static func kind(_ message: ProtobufMessage) throws(ObjectError) -> String {
        var message = message
        var kind = ""
        while let field = try message.next() {
            if field.number == 2 { kind = try field.text() }
        }
        return kind
    }
}
