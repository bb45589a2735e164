import CLinux
package import InternetAddresses
import Netlink

/// Writes one element of a set: its key, and for maps its value.
package struct ElementWriter: ~Copyable {
    /// The transaction's writer while the element is written.
    var writer = MessageWriter()

    /// The key; for ranges over a concatenation, its lower end.
    package mutating func key(_ body: (inout FieldWriter) -> Void) {
        value(NFTA_SET_ELEM_KEY.rawValue, body)
    }

    /// The upper end of a range over a concatenation, inclusive (kernel 5.6).
    package mutating func keyEnd(_ body: (inout FieldWriter) -> Void) {
        value(NFTA_SET_ELEM_KEY_END.rawValue, body)
    }

    /// The value of a map.
    package mutating func data(_ body: (inout FieldWriter) -> Void) {
        value(NFTA_SET_ELEM_DATA.rawValue, body)
    }

    /// The verdict of a verdict map.
    package mutating func verdict(_ verdict: Verdict) {
        writer.nested(NFTA_SET_ELEM_DATA.rawValue) { verdict.write(to: &$0) }
    }

    /// Marks the first value after a range over a single field.
    package mutating func endsInterval() {
        writer.attribute(NFTA_SET_ELEM_FLAGS.rawValue, bigEndian: NFT_SET_ELEM_INTERVAL_END.rawValue)
    }

    /// The comment that `nft list` shows; cut to 127 bytes, nft's limit.
    package mutating func comment(_ text: String) {
        let text = text.utf8.prefix(127)
        writer.attribute(NFTA_SET_ELEM_USERDATA.rawValue) { writer in
            writer.append(UInt8(0))  // NFTNL_UDATA_SET_ELEM_COMMENT
            writer.append(UInt8(text.count + 1))
            writer.append(contentsOf: text)
            writer.append(UInt8(0))
        }
    }

    private mutating func value(_ type: UInt32, _ body: (inout FieldWriter) -> Void) {
        let outer = writer.beginNested(type)
        let inner = writer.beginAttribute(NFTA_DATA_VALUE.rawValue)
        var fields = FieldWriter()
        swap(&fields.writer, &writer)
        body(&fields)
        swap(&fields.writer, &writer)
        writer.endAttribute(inner)
        writer.endNested(outer)
    }
}

/// Writes the fields of a key or value as the kernel's registers hold them, each padded to four bytes.
package struct FieldWriter: ~Copyable {
    /// The element's writer while the fields are written.
    var writer = MessageWriter()

    /// An address, in network order.
    package mutating func address(_ address: IPAddress) {
        switch address.family {
        case .ipv4: writer.append(address.ipv4Bits.bigEndian)
        case .ipv6:
            let (high, low) = address.ipv6Bits
            writer.append(high.bigEndian)
            writer.append(low.bigEndian)
        }
    }

    /// A protocol number, alone in its register.
    package mutating func transport(_ transport: TransportProtocol) {
        writer.append(UInt32(transport.rawValue).littleEndian)
    }

    /// A port, in network order.
    package mutating func port(_ port: UInt16) {
        writer.append(port.bigEndian)
        writer.append(UInt16(0))
    }

    /// A number used in the kernel's arithmetic, in host order.
    package mutating func number(_ number: UInt32) {
        writer.append(number)
    }
}
