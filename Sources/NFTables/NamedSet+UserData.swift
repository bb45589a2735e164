import CLinux
package import InternetAddresses

/// The user data that lets nft list a set with `typeof`: without it, a listing could not show the type of a slot
/// number. Type-length-value with one byte each; the numbers are nft's (`include/udata.h` of libnftnl,
/// `enum expr_types`, `enum proto_desc_id`).
extension NamedSet {
    package func userData(_ family: IPFamily) -> [UInt8] {
        var data = Self.entry(0, Self.number(Self.byteOrder(key)))
        if isMap {
            let order: UInt32 =
                switch value {
                case .none, .verdict: 0
                case .fields(let fields): Self.byteOrder(fields)
                }
            data += Self.entry(1, Self.number(order))
        }
        data += Self.entry(3, Self.typeOf(key, family))
        switch value {
        case .none: break
        case .verdict: data += Self.entry(4, Self.entry(0, Self.number(1)) + Self.entry(1, []))
        case .fields(let fields): data += Self.entry(4, Self.typeOf(fields, family))
        }
        return data
    }

    /// 1 for values in host order, 2 for network order, 0 for a mixture.
    private static func byteOrder(_ fields: [Field]) -> UInt32 {
        guard fields.count == 1 else { return 0 }
        return switch fields[0] {
        case .priority, .random: 1
        case .transportProtocol, .sourceAddress, .destinationAddress, .destinationPort: 2
        }
    }

    private static func typeOf(_ fields: [Field], _ family: IPFamily) -> [UInt8] {
        guard fields.count > 1 else { return fields.flatMap { expression($0, family) } }
        let parts = fields.enumerated().flatMap { entry(UInt8($0.offset), expression($0.element, family)) }
        return entry(0, number(ExpressionType.concatenation)) + entry(1, parts)
    }

    private static func expression(_ field: Field, _ family: IPFamily) -> [UInt8] {
        let ip: (header: UInt32, source: UInt32, destination: UInt32) = family == .ipv4 ? (12, 11, 12) : (13, 8, 9)
        return switch field {
        case .sourceAddress: payload(ip.header, ip.source)
        case .destinationAddress: payload(ip.header, ip.destination)
        case .destinationPort: payload(11, 2)
        case .transportProtocol: meta(NFT_META_L4PROTO.rawValue)
        case .priority: meta(NFT_META_PRIORITY.rawValue)
        case .random(let modulus, let offset):
            entry(0, number(ExpressionType.numgen))
                + entry(
                    1,
                    entry(0, number(NFT_NG_RANDOM.rawValue)) + entry(1, number(modulus)) + entry(2, number(offset)))
        }
    }

    private static func payload(_ header: UInt32, _ field: UInt32) -> [UInt8] {
        entry(0, number(ExpressionType.payload)) + entry(1, entry(0, number(header)) + entry(1, number(field)))
    }

    private static func meta(_ key: UInt32) -> [UInt8] {
        entry(0, number(ExpressionType.meta)) + entry(1, entry(0, number(key)))
    }

    private enum ExpressionType {
        static let payload: UInt32 = 7
        static let meta: UInt32 = 9
        static let concatenation: UInt32 = 13
        static let numgen: UInt32 = 23
    }

    private static func entry(_ type: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [type, UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value) { [UInt8]($0) }
    }
}
