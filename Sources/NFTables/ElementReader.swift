import CLinux
package import InternetAddresses
import Netlink

/// One element of a set as the kernel reports it. Valid only inside the closure that receives it.
package struct ElementReader: ~Copyable {
    /// The key's bytes.
    package let key: FieldReader
    /// The upper end of a range over a concatenation; empty if there is none.
    package let keyEnd: FieldReader
    /// The value's bytes; empty in sets and verdict maps.
    package let data: FieldReader
    /// The value in verdict maps.
    package let verdict: Verdict?
    /// Whether this is the first value after a range.
    package let endsInterval: Bool
    /// The comment that `nft list` shows; empty if there is none.
    package let comment: String
    /// The number of packets for which rules matched the element; `nil` in sets without counters.
    package let packets: UInt64?

    init(_ element: borrowing RawSpan) throws(NetlinkError) {
        var key = FieldReader()
        var keyEnd = FieldReader()
        var data = FieldReader()
        var verdict: Verdict?
        var flags: UInt32 = 0
        var comment = ""
        var packets: UInt64?
        try AttributeReader.forEach(in: element) { (type, value) throws(NetlinkError) in
            switch type {
            case NFTA_SET_ELEM_KEY.rawValue: key = try Self.value(value)
            case NFTA_SET_ELEM_KEY_END.rawValue: keyEnd = try Self.value(value)
            case NFTA_SET_ELEM_DATA.rawValue:
                try AttributeReader.forEach(in: value) { (type, value) throws(NetlinkError) in
                    if type == NFTA_DATA_VALUE.rawValue { data = FieldReader(value) }
                    if type == NFTA_DATA_VERDICT.rawValue { verdict = try Verdict(value) }
                }
            case NFTA_SET_ELEM_FLAGS.rawValue: flags = value.bigEndian(as: UInt32.self)
            case NFTA_SET_ELEM_USERDATA.rawValue:
                if value.byteCount > 2, value.integer(as: UInt8.self) == 0 {
                    comment = value.extracting(2..<value.byteCount).string
                }
            case NFTA_SET_ELEM_EXPR.rawValue: packets = try Self.packets(value)
            default: break
            }
        }
        self.packets = packets
        self.key = key
        self.keyEnd = keyEnd
        self.data = data
        self.verdict = verdict
        endsInterval = flags & NFT_SET_ELEM_INTERVAL_END.rawValue != 0
        self.comment = comment
    }

    /// Reads `NFTA_EXPR_DATA { NFTA_COUNTER_PACKETS }` of a counter.
    private static func packets(_ expression: borrowing RawSpan) throws(NetlinkError) -> UInt64? {
        var packets: UInt64?
        try AttributeReader.forEach(in: expression) { (type, value) throws(NetlinkError) in
            guard type == NFTA_EXPR_DATA.rawValue else { return }
            try AttributeReader.forEach(in: value) { type, value in
                if type == NFTA_COUNTER_PACKETS.rawValue { packets = value.bigEndian(as: UInt64.self) }
            }
        }
        return packets
    }

    private static func value(_ bytes: borrowing RawSpan) throws(NetlinkError) -> FieldReader {
        var reader = FieldReader()
        try AttributeReader.forEach(in: bytes) { type, value in
            if type == NFTA_DATA_VALUE.rawValue { reader = FieldReader(value) }
        }
        return reader
    }
}

/// Reads the fields of a key or value one after another, as ``FieldWriter`` writes them.
///
/// An inline copy of up to 48 bytes, without heap storage: dumps contain hundreds of thousands of these. Reading beyond
/// the end gives zeros.
package struct FieldReader: Sendable {
    private var storage: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    package let byteCount: Int
    private var position = 0

    init() {
        byteCount = 0
    }

    init(_ bytes: borrowing RawSpan) {
        byteCount = min(bytes.byteCount, MemoryLayout.size(ofValue: storage))
        bytes.extracting(0..<byteCount).withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
        }
    }

    /// The key of a refused element, which was copied out of the batch.
    package init(_ bytes: [UInt8]) {
        self.init(bytes.span.bytes)
    }

    package mutating func address(_ family: IPFamily) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: UInt32(bigEndian: next()))
        case .ipv6: IPAddress(ipv6High: UInt64(bigEndian: next()), low: UInt64(bigEndian: next()))
        }
    }

    /// The protocol, or `nil` for a number that Services do not use.
    package mutating func transport() -> TransportProtocol? {
        TransportProtocol(rawValue: UInt8(truncatingIfNeeded: UInt32(littleEndian: next())))
    }

    package mutating func port() -> UInt16 {
        defer { position += 2 }
        return UInt16(bigEndian: next())
    }

    package mutating func number() -> UInt32 { next() }

    private mutating func next<Number: FixedWidthInteger & BitwiseCopyable>() -> Number {
        defer { position += MemoryLayout<Number>.size }
        let offset = position
        return withUnsafeBytes(of: storage) { bytes in
            guard bytes.count - offset >= MemoryLayout<Number>.size else { return 0 }
            return bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
        }
    }
}
