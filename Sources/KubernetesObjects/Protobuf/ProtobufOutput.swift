/// Appends protobuf fields: https://protobuf.dev/programming-guides/encoding/
struct ProtobufOutput {
    private(set) var bytes: [UInt8] = []

    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Appends fields that are encoded already.
    mutating func append(raw fields: [UInt8]) { bytes += fields }

    mutating func field(_ number: Int, varint value: UInt64) {
        append(varint: UInt64(number) << 3)
        append(varint: value)
    }

    mutating func field(_ number: Int, fixed64 value: UInt64) {
        append(varint: UInt64(number) << 3 | 1)
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    mutating func field(_ number: Int, bytes value: some Collection<UInt8>) {
        append(varint: UInt64(number) << 3 | 2)
        append(varint: UInt64(value.count))
        bytes += value
    }

    mutating func field(_ number: Int, message: (inout ProtobufOutput) -> Void) {
        var inner = ProtobufOutput()
        message(&inner)
        field(number, bytes: inner.bytes)
    }
}
