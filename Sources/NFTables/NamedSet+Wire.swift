import CLinux
import InternetAddresses
import Netlink

/// The attributes of NFT_MSG_NEWSET. `nft add map ip servicelet services { typeof … : …; }`
extension NamedSet {
    /// `enum nft_set_flags`
    var flags: UInt32 {
        var flags: UInt32 = isMap ? NFT_SET_MAP.rawValue : 0
        switch kind {
        case .hash: break
        case .interval:
            flags |= NFT_SET_INTERVAL.rawValue
            if key.count > 1 { flags |= NFT_SET_CONCAT.rawValue }
        case .dynamic: flags |= NFT_SET_EVAL.rawValue | NFT_SET_TIMEOUT.rawValue
        }
        return flags
    }

    /// nft packs the types of a concatenation into one number, six bits each.
    static func typeNumber(_ fields: [Field], _ family: IPFamily) -> UInt32 {
        fields.reduce(0) { $0 << 6 | $1.typeNumber(family) }
    }

    /// As in nft, a value that is a single field is not padded at its end; a concatenation is.
    static func length(_ fields: [Field], _ family: IPFamily) -> Int {
        fields.count == 1 ? fields[0].size(family) : fields.size(family)
    }

    func write(to writer: inout MessageWriter, table: Table, id: UInt32) {
        let family = table.family
        writer.attribute(NFTA_SET_TABLE.rawValue, string: table.name)
        writer.attribute(NFTA_SET_NAME.rawValue, string: name)
        writer.attribute(NFTA_SET_FLAGS.rawValue, bigEndian: flags)
        writer.attribute(NFTA_SET_KEY_TYPE.rawValue, bigEndian: Self.typeNumber(key, family))
        writer.attribute(NFTA_SET_KEY_LEN.rawValue, bigEndian: UInt32(Self.length(key, family)))
        switch value {
        case .none: break
        case .verdict: writer.attribute(NFTA_SET_DATA_TYPE.rawValue, bigEndian: NFT_DATA_VERDICT.rawValue)
        case .fields(let fields):
            writer.attribute(NFTA_SET_DATA_TYPE.rawValue, bigEndian: Self.typeNumber(fields, family))
            writer.attribute(NFTA_SET_DATA_LEN.rawValue, bigEndian: UInt32(Self.length(fields, family)))
        }
        if case .dynamic(let size) = kind {
            writer.nested(NFTA_SET_DESC.rawValue) { $0.attribute(NFTA_SET_DESC_SIZE.rawValue, bigEndian: size) }
        }
        if kind == .interval, key.count > 1 { writeFieldLengths(to: &writer, family) }
        writer.attribute(NFTA_SET_ID.rawValue, bigEndian: id)
        writer.attribute(NFTA_SET_USERDATA.rawValue, bytes: userData(family))
        if countsPackets { writeCounter(to: &writer) }
    }

    /// The expression of each element: a counter that starts at 0 (kernel 5.7).
    private func writeCounter(to writer: inout MessageWriter) {
        writer.nested(NFTA_SET_EXPR.rawValue) { writer in
            writer.attribute(NFTA_EXPR_NAME.rawValue, string: "counter")
            writer.nested(NFTA_EXPR_DATA.rawValue) { _ in }
        }
    }

    /// Required for ranges over a concatenation: the size of each field (kernel 5.6).
    private func writeFieldLengths(to writer: inout MessageWriter, _ family: IPFamily) {
        writer.nested(NFTA_SET_DESC.rawValue) { writer in
            writer.nested(NFTA_SET_DESC_CONCAT.rawValue) { writer in
                for field in key {
                    writer.nested(NFTA_LIST_ELEM.rawValue) { writer in
                        writer.attribute(NFTA_SET_FIELD_LEN.rawValue, bigEndian: UInt32(field.size(family)))
                    }
                }
            }
        }
    }
}
