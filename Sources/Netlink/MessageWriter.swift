import CLinux

/// Writes netlink messages one behind the other into one buffer, which is used again and again.
///
/// Lengths of messages and nested attributes are filled in when they end. Integers are in host order unless a method
/// says otherwise; netfilter wants network order.
package struct MessageWriter: ~Copyable {
    /// The messages written so far.
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Cuts off what was written behind the first `count` bytes.
    package mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// One message: `struct nlmsghdr`, then what `body` writes.
    package mutating func message<Failure: Error>(
        type: UInt16, flags: UInt16, sequence: UInt32, body: (inout MessageWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = count
        append(UInt32(0))
        append(type)
        append(flags)
        append(sequence)
        append(UInt32(0))  // port id: the kernel knows who we are
        try body(&self)
        patch(UInt32(count - start), at: start)
    }

    /// An attribute that holds other attributes.
    package mutating func nested<Failure: Error>(
        _ type: UInt32, body: (inout MessageWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = count
        append(UInt16(0))
        append(UInt16(truncatingIfNeeded: type) | UInt16(NLA_F_NESTED))
        try body(&self)
        patch(UInt16(truncatingIfNeeded: count - start), at: start)
    }

    /// An attribute whose payload `body` writes; padded to four bytes behind its end.
    package mutating func attribute<Failure: Error>(
        _ type: UInt32, body: (inout MessageWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = count
        append(UInt16(0))
        append(UInt16(truncatingIfNeeded: type))
        try body(&self)
        patch(UInt16(truncatingIfNeeded: count - start), at: start)
        pad()
    }

    /// An attribute with a NUL-terminated string.
    package mutating func attribute(_ type: UInt32, string: String) {
        attribute(type) { writer in
            writer.append(contentsOf: string.utf8)
            writer.append(UInt8(0))
        }
    }

    /// An attribute with these bytes.
    package mutating func attribute(_ type: UInt32, bytes: some Collection<UInt8>) {
        attribute(type) { $0.append(contentsOf: bytes) }
    }

    /// An attribute with a 32-bit integer in network order.
    package mutating func attribute(_ type: UInt32, bigEndian value: UInt32) {
        append(UInt16(8))
        append(UInt16(truncatingIfNeeded: type))
        append(value.bigEndian)
    }

    /// An attribute with a 64-bit integer in network order.
    package mutating func attribute(_ type: UInt32, bigEndian value: UInt64) {
        append(UInt16(12))
        append(UInt16(truncatingIfNeeded: type))
        append(value.bigEndian)
    }

    /// Raw bytes, as the layout of a fixed header or a payload demands.
    package mutating func append(contentsOf new: some Collection<UInt8>) {
        bytes.append(contentsOf: new)
    }

    /// An integer in host order.
    package mutating func append<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Fills up with zeros to a multiple of four, as netlink aligns (`NLA_ALIGN`).
    package mutating func pad() {
        while bytes.count & 3 != 0 { bytes.append(0) }
    }

    private mutating func patch<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        withUnsafeBytes(of: value) { source in
            bytes.replaceSubrange(offset..<offset + source.count, with: source)
        }
    }
}
