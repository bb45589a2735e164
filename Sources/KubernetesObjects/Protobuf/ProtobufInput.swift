/// Reads protobuf fields one after another, without trusting any length in them.
struct ProtobufInput {
    /// The contents of a field, before its type is known.
    enum Payload {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next field; `nil` at the end.
    mutating func next() throws(ProtobufError) -> (number: Int, payload: Payload)? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        let number = Int(truncatingIfNeeded: key >> 3)
        switch key & 7 {
        case 0: return (number, .varint(try varint()))
        case 1: return (number, .fixed64(try fixed(8)))
        case 2:
            let length = try varint()
            guard length <= UInt64(rest.count) else { throw ProtobufError("a field is longer than the message") }
            defer { rest = rest.dropFirst(Int(length)) }
            return (number, .bytes(rest.prefix(Int(length))))
        case 5: return (number, .fixed64(try fixed(4)))
        default: throw ProtobufError("wire type \(key & 7) is not known")
        }
    }

    private mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw ProtobufError("unexpected EOF") }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw ProtobufError("a number has more than ten bytes")
    }

    private mutating func fixed(_ count: Int) throws(ProtobufError) -> UInt64 {
        guard rest.count >= count else { throw ProtobufError("unexpected EOF") }
        var value: UInt64 = 0
        for byte in rest.prefix(count).reversed() { value = value << 8 | UInt64(byte) }
        rest = rest.dropFirst(count)
        return value
    }
}

/// Why bytes are not an object in protobuf.
package struct ProtobufError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
