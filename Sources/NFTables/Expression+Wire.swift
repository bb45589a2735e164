import CLinux
import InternetAddresses
import Netlink

/// Each expression on the wire: `NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA { … } }`.
extension Expression {
    func write(to writer: inout MessageWriter) {
        switch self {
        case .payload(let base, let offset, let length, let register):
            Self.write("payload", to: &writer) { writer in
                writer.attribute(NFTA_PAYLOAD_DREG.rawValue, bigEndian: Self.number(register))
                writer.attribute(NFTA_PAYLOAD_BASE.rawValue, bigEndian: base.rawValue)
                writer.attribute(NFTA_PAYLOAD_OFFSET.rawValue, bigEndian: offset)
                writer.attribute(NFTA_PAYLOAD_LEN.rawValue, bigEndian: length)
            }
        case .loadMeta(let key, let register):
            Self.write("meta", to: &writer) { writer in
                writer.attribute(NFTA_META_KEY.rawValue, bigEndian: key)
                writer.attribute(NFTA_META_DREG.rawValue, bigEndian: Self.number(register))
            }
        case .setMeta(let key, let register):
            Self.write("meta", to: &writer) { writer in
                writer.attribute(NFTA_META_KEY.rawValue, bigEndian: key)
                writer.attribute(NFTA_META_SREG.rawValue, bigEndian: Self.number(register))
            }
        case .random(let modulus, let offset, let register):
            Self.write("numgen", to: &writer) { writer in
                writer.attribute(NFTA_NG_DREG.rawValue, bigEndian: Self.number(register))
                writer.attribute(NFTA_NG_MODULUS.rawValue, bigEndian: modulus)
                writer.attribute(NFTA_NG_TYPE.rawValue, bigEndian: NFT_NG_RANDOM.rawValue)
                writer.attribute(NFTA_NG_OFFSET.rawValue, bigEndian: offset)
            }
        case .sourceAddressType(let register): Self.writeAddressType(NFTA_FIB_F_SADDR.rawValue, register, to: &writer)
        case .destinationAddressType(let register):
            Self.writeAddressType(NFTA_FIB_F_DADDR.rawValue, register, to: &writer)
        case .value(let bytes, let register):
            Self.write("immediate", to: &writer) { writer in
                writer.attribute(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: Self.number(register))
                Self.write(bytes, as: NFTA_IMMEDIATE_DATA.rawValue, to: &writer)
            }
        case .mask(let mask, let flip, let register):
            Self.write("bitwise", to: &writer) { writer in
                writer.attribute(NFTA_BITWISE_SREG.rawValue, bigEndian: Self.number(register))
                writer.attribute(NFTA_BITWISE_DREG.rawValue, bigEndian: Self.number(register))
                writer.attribute(NFTA_BITWISE_LEN.rawValue, bigEndian: UInt32(mask.count))
                Self.write(mask, as: NFTA_BITWISE_MASK.rawValue, to: &writer)
                Self.write(flip, as: NFTA_BITWISE_XOR.rawValue, to: &writer)
            }
        case .compare(let register, let equal, let bytes):
            Self.write("cmp", to: &writer) { writer in
                writer.attribute(NFTA_CMP_SREG.rawValue, bigEndian: Self.number(register))
                writer.attribute(NFTA_CMP_OP.rawValue, bigEndian: (equal ? NFT_CMP_EQ : NFT_CMP_NEQ).rawValue)
                Self.write(bytes, as: NFTA_CMP_DATA.rawValue, to: &writer)
            }
        case .find(let key, let set, let negated):
            Self.writeLookup(set, key, to: &writer) { writer in
                if negated { writer.attribute(NFTA_LOOKUP_FLAGS.rawValue, bigEndian: NFT_LOOKUP_F_INV.rawValue) }
            }
        case .map(let key, let set, let register):
            Self.writeLookup(set, key, to: &writer) { writer in
                writer.attribute(NFTA_LOOKUP_DREG.rawValue, bigEndian: Self.number(register))
            }
        case .dispatch(let key, let set):
            Self.writeLookup(set, key, to: &writer) { writer in
                writer.attribute(NFTA_LOOKUP_DREG.rawValue, bigEndian: NFT_REG_VERDICT.rawValue)
            }
        case .update(let set, let key, let data, let timeout):
            Self.write("dynset", to: &writer) { writer in
                writer.attribute(NFTA_DYNSET_SET_NAME.rawValue, string: set)
                writer.attribute(NFTA_DYNSET_OP.rawValue, bigEndian: NFT_DYNSET_OP_UPDATE.rawValue)
                writer.attribute(NFTA_DYNSET_SREG_KEY.rawValue, bigEndian: Self.number(key))
                writer.attribute(NFTA_DYNSET_SREG_DATA.rawValue, bigEndian: Self.number(data))
                writer.attribute(NFTA_DYNSET_TIMEOUT.rawValue, bigEndian: timeout)
            }
        case .dnat(let family, let address, let port):
            Self.write("nat", to: &writer) { writer in
                writer.attribute(NFTA_NAT_TYPE.rawValue, bigEndian: NFT_NAT_DNAT.rawValue)
                let family = Table(family: family, name: "").protocolFamily
                writer.attribute(NFTA_NAT_FAMILY.rawValue, bigEndian: UInt32(family))
                writer.attribute(NFTA_NAT_REG_ADDR_MIN.rawValue, bigEndian: Self.number(address))
                writer.attribute(NFTA_NAT_REG_PROTO_MIN.rawValue, bigEndian: Self.number(port))
            }
        case .masquerade:
            Self.write("masq", to: &writer) { writer in
                writer.attribute(NFTA_MASQ_FLAGS.rawValue, bigEndian: UInt32(NF_NAT_RANGE_PROTO_RANDOM_FULLY))
            }
        case .reject(let rejection):
            Self.write("reject", to: &writer) { writer in
                let type = rejection == .tcpReset ? NFT_REJECT_TCP_RST : NFT_REJECT_ICMP_UNREACH
                writer.attribute(NFTA_REJECT_TYPE.rawValue, bigEndian: type.rawValue)
                writer.attribute(NFTA_REJECT_ICMP_CODE.rawValue, bytes: [rejection.icmpCode])
            }
        case .verdict(let verdict):
            Self.write("immediate", to: &writer) { writer in
                writer.attribute(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: NFT_REG_VERDICT.rawValue)
                writer.nested(NFTA_IMMEDIATE_DATA.rawValue) { verdict.write(to: &$0) }
            }
        }
    }

    /// `flags` select the address.
    private static func writeAddressType(_ flags: UInt32, _ register: Int, to writer: inout MessageWriter) {
        write("fib", to: &writer) { writer in
            writer.attribute(NFTA_FIB_DREG.rawValue, bigEndian: number(register))
            writer.attribute(NFTA_FIB_RESULT.rawValue, bigEndian: NFT_FIB_RESULT_ADDRTYPE.rawValue)
            writer.attribute(NFTA_FIB_FLAGS.rawValue, bigEndian: flags)
        }
    }

    private static func write(
        _ name: String, to writer: inout MessageWriter, body: (inout MessageWriter) -> Void
    ) {
        writer.nested(NFTA_LIST_ELEM.rawValue) { writer in
            writer.attribute(NFTA_EXPR_NAME.rawValue, string: name)
            writer.nested(NFTA_EXPR_DATA.rawValue, body: body)
        }
    }

    private static func writeLookup(
        _ set: String, _ key: Int, to writer: inout MessageWriter, body: (inout MessageWriter) -> Void
    ) {
        write("lookup", to: &writer) { writer in
            writer.attribute(NFTA_LOOKUP_SET.rawValue, string: set)
            writer.attribute(NFTA_LOOKUP_SREG.rawValue, bigEndian: number(key))
            body(&writer)
        }
    }

    private static func write(_ bytes: [UInt8], as type: UInt32, to writer: inout MessageWriter) {
        writer.nested(type) { $0.attribute(NFTA_DATA_VALUE.rawValue, bytes: bytes) }
    }

    /// The kernel's number for a register that we count in words.
    private static func number(_ register: Int) -> UInt32 { NFT_REG32_00.rawValue + UInt32(register) }
}

extension Rejection {
    /// ICMP_PORT_UNREACH, ICMPV6_PORT_UNREACH; a reset has none.
    var icmpCode: UInt8 {
        switch self {
        case .tcpReset: 0
        case .portUnreachable(.ipv4): 3
        case .portUnreachable(.ipv6): 4
        }
    }
}
