import CLinux

/// Writes netlink messages one after another into one reused buffer.
///
/// The lengths of messages and nested attributes are filled in when they end. Integers are in host order unless a
/// method says otherwise; netfilter expects network order.
package struct MessageWriter: ~Copyable {
    /// The messages written so far.
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    /// Discards the messages and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Truncates the messages to the first `count` bytes.
    package mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Begins a message with `struct nlmsghdr`; ``endMessage(_:)`` takes what this returns.
    package mutating func beginMessage(type: UInt16, flags: UInt16, sequence: UInt32) -> Int {
        let start = count
        append(UInt32(0))
        append(type)
        append(flags)
        append(sequence)
        append(UInt32(0))  // port id: the kernel knows who we are
        return start
    }

    /// Ends the message that began at `start`: fills in its length.
    package mutating func endMessage(_ start: Int) {
        patch(UInt32(count - start), at: start)
    }

    /// Sets additional flags of the message that began at `start`.
    package mutating func addFlags(_ flags: UInt16, toMessageAt start: Int) {
        bytes[start + 6] |= UInt8(truncatingIfNeeded: flags)
        bytes[start + 7] |= UInt8(truncatingIfNeeded: flags >> 8)
    }

    /// Changes the sequence number of the message that began at `start`.
    mutating func setSequence(_ sequence: UInt32, ofMessageAt start: Int) {
        patch(sequence, at: start + 8)
    }

    /// One message: `struct nlmsghdr`, then what `body` writes.
    package mutating func message(
        type: UInt16, flags: UInt16, sequence: UInt32, body: (inout MessageWriter) -> Void
    ) {
        let start = beginMessage(type: type, flags: flags, sequence: sequence)
        body(&self)
        endMessage(start)
    }

    /// Begins an attribute that holds other attributes; ``endNested(_:)`` takes what this returns.
    package mutating func beginNested(_ type: UInt32) -> Int {
        beginAttribute(type | UInt32(NLA_F_NESTED))
    }

    /// Begins an attribute with a raw payload; ``endAttribute(_:)`` takes what this returns.
    package mutating func beginAttribute(_ type: UInt32) -> Int {
        let start = count
        append(UInt16(0))
        append(UInt16(truncatingIfNeeded: type))
        return start
    }

    /// Ends the attribute that began at `start`: fills in its length.
    package mutating func endNested(_ start: Int) {
        patch(UInt16(truncatingIfNeeded: count - start), at: start)
    }

    /// Ends the attribute that began at `start`: fills in its length, and pads it to four bytes.
    package mutating func endAttribute(_ start: Int) {
        endNested(start)
        pad()
    }

    /// An attribute that holds other attributes.
    package mutating func nested(_ type: UInt32, body: (inout MessageWriter) -> Void) {
        let start = beginNested(type)
        body(&self)
        endNested(start)
    }

    /// An attribute whose payload `body` writes, padded to four bytes.
    package mutating func attribute(_ type: UInt32, body: (inout MessageWriter) -> Void) {
        let start = beginAttribute(type)
        body(&self)
        endAttribute(start)
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

    /// An attribute with a byte.
    package mutating func attribute(_ type: UInt32, _ value: UInt8) {
        attribute(type) { $0.append(value) }
    }

    /// An attribute with a 16-bit integer in host order.
    package mutating func attribute(_ type: UInt32, host value: UInt16) {
        attribute(type) { $0.append(value) }
    }

    /// An attribute with a 16-bit integer in network order.
    package mutating func attribute(_ type: UInt32, bigEndian value: UInt16) {
        attribute(type) { $0.append(value.bigEndian) }
    }

    /// An attribute with a 32-bit integer in host order, as rtnetlink and generic netlink use.
    package mutating func attribute(_ type: UInt32, host value: UInt32) {
        append(UInt16(8))
        append(UInt16(truncatingIfNeeded: type))
        append(value)
    }

    /// Raw bytes, for a fixed header or a payload.
    package mutating func append(contentsOf new: some Collection<UInt8>) {
        bytes.append(contentsOf: new)
    }

    // One method per width: other modules call these for every field of every element, and a generic method would not
    // be specialized across modules.

    /// A byte.
    package mutating func append(_ value: UInt8) {
        bytes.append(value)
    }

    /// 16 bits in host order.
    package mutating func append(_ value: UInt16) { appendInteger(value) }

    /// 32 bits in host order.
    package mutating func append(_ value: UInt32) { appendInteger(value) }

    /// 64 bits in host order.
    package mutating func append(_ value: UInt64) { appendInteger(value) }

    private mutating func appendInteger<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Pads with zeros to a multiple of four (`NLA_ALIGN`).
    package mutating func pad() {
        while bytes.count & 3 != 0 { bytes.append(0) }
    }

    private mutating func patch<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        withUnsafeBytes(of: value) { source in
            bytes.replaceSubrange(offset..<offset + source.count, with: source)
        }
    }

    /// `struct nfgenmsg` (linux/netfilter/nfnetlink.h), the header of each netfilter message.
    ///
    /// - Parameters:
    ///   - family: `AF_INET`, `AF_INET6`, `AF_UNSPEC`, or an `NFPROTO_` number.
    ///   - resource: `res_id`, in host order: the subsystem in the messages around a batch of nf_tables.
    package mutating func netfilterHeader(family: UInt8, resource: UInt16 = 0) {
        append(family)
        append(UInt8(NFNETLINK_V0))
        append(resource.bigEndian)
    }
}
