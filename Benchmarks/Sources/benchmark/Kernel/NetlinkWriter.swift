import CBenchmark

/// Writes netlink messages of nf_tables one after another.
struct NetlinkWriter {
    private(set) var bytes: [UInt8] = []

    /// Everything that `write` adds is one transaction.
    static func transaction(_ write: (inout NetlinkWriter) -> Void) -> [UInt8] {
        var writer = NetlinkWriter()
        writer.batch(NFNL_MSG_BATCH_BEGIN)
        write(&writer)
        writer.batch(NFNL_MSG_BATCH_END)
        return writer.bytes
    }

    /// Removes all tracked connections of the network namespace.
    static var conntrackFlush: [UInt8] {
        var writer = NetlinkWriter()
        writer.message(
            UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_DELETE.rawValue), flags: UInt16(NLM_F_ACK),
            family: UInt8(AF_INET), resource: 0
        ) { _ in }
        return writer.bytes
    }

    private mutating func batch(_ type: Int32) {
        message(UInt16(type), flags: 0, family: UInt8(AF_UNSPEC), resource: UInt16(NFNL_SUBSYS_NFTABLES)) { _ in }
    }

    mutating func message(_ type: nf_tables_msg_types, create: Bool = true, _ write: (inout NetlinkWriter) -> Void) {
        let type = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue)
        message(type, flags: create ? UInt16(NLM_F_CREATE) : 0, family: UInt8(NFPROTO_IPV4), resource: 0, write)
    }

    /// `nlmsghdr` and `nfgenmsg`; the length is known at the end.
    private mutating func message(
        _ type: UInt16, flags: UInt16, family: UInt8, resource: UInt16, _ write: (inout NetlinkWriter) -> Void
    ) {
        let start = bytes.count
        append(UInt32(0))
        append(type)
        append(UInt16(NLM_F_REQUEST) | flags)
        append(UInt32(0))
        append(UInt32(0))
        bytes += [family, UInt8(NFNETLINK_V0)]
        append(resource.bigEndian)
        write(&self)
        patch(UInt32(bytes.count - start), at: start)
    }

    /// An attribute that holds others.
    mutating func nested<Number: RawRepresentable<UInt32>>(
        _ type: Number, _ write: (inout NetlinkWriter) -> Void
    ) {
        let start = bytes.count
        append(UInt16(0))
        append(UInt16(type.rawValue) | UInt16(NLA_F_NESTED))
        write(&self)
        patch(UInt16(bytes.count - start), at: start)
    }

    /// Values of nf_tables have the most significant byte first, and attributes begin at multiples of four bytes.
    mutating func attribute<Number: RawRepresentable<UInt32>>(_ type: Number, words: [UInt32]) {
        append(UInt16(4 + 4 * words.count))
        append(UInt16(type.rawValue))
        for word in words { append(word.bigEndian) }
    }

    mutating func attribute<Number: RawRepresentable<UInt32>>(_ type: Number, _ text: String) {
        let length = text.utf8.count + 1
        append(UInt16(4 + length))
        append(UInt16(type.rawValue))
        bytes += text.utf8
        bytes += Array(repeating: 0, count: 1 + (4 - length % 4) % 4)
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    private mutating func patch<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }
}
