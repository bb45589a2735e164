import CLinux
import Glibc

/// Reads netlink attributes (`struct nlattr`) one after the other.
///
/// Every length is checked against the bytes available: an attribute that claims more is an error. Payloads are views
/// of the bytes, valid only inside the closure.
package enum AttributeReader {
    /// Calls `body` with the type (without its flag bits) and the payload of each attribute in `bytes`.
    ///
    /// Throws ``NetlinkError`` with EBADMSG for a malformed attribute, and what `body` throws.
    package static func forEach(
        in bytes: borrowing RawSpan, _ body: (_ type: UInt32, _ payload: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var position = 0
        let end = bytes.byteCount
        while position < end {
            guard end - position >= MemoryLayout<nlattr>.size else { throw .malformed("attribute header") }
            let length = Int(bytes.integer(at: position, as: UInt16.self))
            let type = UInt32(bytes.integer(at: position + 2, as: UInt16.self)) & typeMask
            guard length >= MemoryLayout<nlattr>.size, length <= end - position else {
                throw .malformed("attribute of \(length) bytes")
            }
            try body(type, bytes.extracting(position + MemoryLayout<nlattr>.size..<position + length))
            position += (length + 3) & ~3
        }
    }

    /// All bits except the flags for nested attributes and network byte order.
    private static let typeMask = CLinux_NLA_TYPE_MASK
}

extension RawSpan {
    // One method per width: a generic one would not be specialized across modules.

    /// The byte at `offset`; 0 beyond the end.
    package func integer(at offset: Int = 0, as type: UInt8.Type) -> UInt8 { load(at: offset) }

    /// 16 bits at `offset` in host order, unaligned; 0 beyond the end.
    package func integer(at offset: Int = 0, as type: UInt16.Type) -> UInt16 { load(at: offset) }

    /// 32 bits at `offset` in host order, unaligned; 0 beyond the end.
    package func integer(at offset: Int = 0, as type: UInt32.Type) -> UInt32 { load(at: offset) }

    /// 32 signed bits at `offset` in host order, unaligned; 0 beyond the end.
    package func integer(at offset: Int = 0, as type: Int32.Type) -> Int32 { load(at: offset) }

    /// 16 bits at `offset` in network order, as netfilter writes its attributes.
    package func bigEndian(at offset: Int = 0, as type: UInt16.Type) -> UInt16 { UInt16(bigEndian: load(at: offset)) }

    /// 32 bits at `offset` in network order, as netfilter writes its attributes.
    package func bigEndian(at offset: Int = 0, as type: UInt32.Type) -> UInt32 { UInt32(bigEndian: load(at: offset)) }

    /// 64 bits at `offset` in network order, as netfilter writes its attributes.
    package func bigEndian(at offset: Int = 0, as type: UInt64.Type) -> UInt64 { UInt64(bigEndian: load(at: offset)) }

    private func load<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
        guard offset >= 0, byteCount - offset >= MemoryLayout<Number>.size else { return 0 }
        return unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    /// The bytes as text up to the first NUL.
    package var string: String {
        let bytes = self.bytes
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A copy of the bytes.
    package var bytes: [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }
}

extension NetlinkError {
    /// A message from the kernel that is not valid netlink.
    package static func malformed(_ what: String) -> NetlinkError {
        NetlinkError(operation: "read a netlink message", errno: EBADMSG, kernelMessage: "malformed \(what)")
    }
}
