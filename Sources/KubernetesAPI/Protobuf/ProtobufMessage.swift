/// The fields of one protobuf message, in wire order.
///
/// See https://protobuf.dev/programming-guides/encoding/. Every length is checked against the bytes
/// available; a message with wrong lengths is an error, never a trap. The bytes belong to the caller and are
/// valid within its closure.
struct ProtobufMessage {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The fields that are still to come.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[offset...]) }

    /// The next field with its value; `nil` at the end of the message.
    mutating func next() throws(ObjectError) -> ProtobufField? {
        guard offset < bytes.count else { return nil }
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), (1..<1 << 29).contains(number) else {
            throw ProtobufField.damaged("\(tag >> 3) is not a field number")
        }
        switch tag & 7 {
        case 0: return ProtobufField(number: number, value: .varint(try varint()))
        case 1: return ProtobufField(number: number, value: .other(try take(8)))
        case 2: return ProtobufField(number: number, value: .bytes(try take(try varint())))
        case 5: return ProtobufField(number: number, value: .other(try take(4)))
        case let type: throw ProtobufField.damaged("field \(number) has the unknown wire type \(type)")
        }
    }

    private mutating func varint() throws(ObjectError) -> UInt64 {
        // Most numbers are tags and short lengths, of one byte.
        if offset < bytes.count, bytes[offset] < 0x80 {
            offset += 1
            return UInt64(bytes[offset - 1])
        }
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard offset < bytes.count else { throw ProtobufField.damaged("it ends within a number") }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ProtobufField.damaged("a number has more than ten bytes")
    }

    private mutating func take(_ count: UInt64) throws(ObjectError) -> UnsafeRawBufferPointer {
        guard count <= UInt64(bytes.count - offset) else {
            throw ProtobufField.damaged("a field of \(count) bytes has only \(bytes.count - offset)")
        }
        let start = offset
        offset += Int(count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }
}

/// One field of a protobuf message, to be read as the type that its number implies.
struct ProtobufField {
    enum Value {
        case varint(UInt64)
        case bytes(UnsafeRawBufferPointer)
        /// Fixed width; no field read here has one.
        case other(UnsafeRawBufferPointer)
    }

    let number: Int
    let value: Value

    /// The value of an `int32` or `int64`.
    func integer() throws(ObjectError) -> Int {
        guard case .varint(let value) = value else { throw mismatch("a number") }
        return Int(truncatingIfNeeded: value)
    }

    func bool() throws(ObjectError) -> Bool {
        guard case .varint(let value) = value else { throw mismatch("true or false") }
        return value != 0
    }

    func bytes() throws(ObjectError) -> UnsafeRawBufferPointer {
        guard case .bytes(let bytes) = value else { throw mismatch("text or a message") }
        return bytes
    }

    func message() throws(ObjectError) -> ProtobufMessage {
        ProtobufMessage(try bytes())
    }

    func text() throws(ObjectError) -> String {
        guard let text = String(utf8: try bytes()) else {
            throw Self.damaged("field \(number) is not UTF-8 text")
        }
        return text
    }

    /// Text that many objects share, such as the name of a node.
    func text(_ interner: inout StringInterner) throws(ObjectError) -> String {
        guard let text = interner.text(try bytes()) else { throw Self.damaged("field \(number) is not UTF-8 text") }
        return text
    }

    private func mismatch(_ expected: String) -> ObjectError {
        Self.damaged("field \(number) is not \(expected)")
    }

    /// The caller fills in the object.
    static func damaged(_ reason: String) -> ObjectError {
        ObjectError(
            object: "", field: "", reason: "the protobuf message is damaged: \(reason); ask again, or ask for JSON")
    }
}
