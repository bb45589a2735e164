/// Writes protobuf messages, for tests to read.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    init(_ fields: (inout ProtobufWriter) -> Void = { _ in }) {
        fields(&self)
    }

    mutating func integer(_ number: Int, _ value: Int) {
        varint(UInt64(number) << 3)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func text(_ number: Int, _ text: String) { append(number, Array(text.utf8)) }

    mutating func message(_ number: Int, _ fields: (inout ProtobufWriter) -> Void) {
        append(number, ProtobufWriter(fields).bytes)
    }

    mutating func append(_ number: Int, _ content: [UInt8]) {
        varint(UInt64(number) << 3 | 2)
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The API server's envelope of an object or a list.
    static func enveloped(_ kind: String, _ body: [UInt8]) -> [UInt8] {
        Array("k8s\0".utf8)
            + ProtobufWriter { unknown in
                unknown.message(1) { $0.text(2, kind) }
                unknown.append(2, body)
            }.bytes
    }
}
