import CLinux
import InternetAddresses
import Netlink

/// Reading rules back from the kernel. Only the expressions that we write are understood; a rule with any other is not
/// ours, and reads as `nil`.
extension Expression {
    /// Reads `NFTA_RULE_EXPRESSIONS`; `nil` stands for a step that we never write.
    static func read(list bytes: borrowing RawSpan) throws(NetlinkError) -> [Expression?] {
        var expressions: [Expression?] = []
        try AttributeReader.forEach(in: bytes) { (_, element) throws(NetlinkError) in
            expressions.append(try Expression(element))
        }
        return expressions
    }

    private init?(_ bytes: borrowing RawSpan) throws(NetlinkError) {
        var name = ""
        var fields = Attributes()
        try AttributeReader.forEach(in: bytes) { (type, value) throws(NetlinkError) in
            if type == NFTA_EXPR_NAME.rawValue { name = value.string }
            if type == NFTA_EXPR_DATA.rawValue { fields = try Attributes(value) }
        }
        guard let expression = try Self.read(name, fields) else { return nil }
        self = expression
    }

    private static func read(_ name: String, _ fields: Attributes) throws(NetlinkError) -> Expression? {
        switch name {
        case "payload":
            guard let base = PayloadBase(rawValue: fields.number(NFTA_PAYLOAD_BASE)) else { return nil }
            return .payload(
                base: base, offset: fields.number(NFTA_PAYLOAD_OFFSET), length: fields.number(NFTA_PAYLOAD_LEN),
                into: fields.register(NFTA_PAYLOAD_DREG))
        case "meta":
            let key = fields.number(NFTA_META_KEY)
            return fields.has(NFTA_META_DREG)
                ? .loadMeta(key: key, into: fields.register(NFTA_META_DREG))
                : .setMeta(key: key, from: fields.register(NFTA_META_SREG))
        case "numgen":
            guard fields.number(NFTA_NG_TYPE) == NFT_NG_RANDOM.rawValue else { return nil }
            return .random(
                modulus: fields.number(NFTA_NG_MODULUS), offset: fields.number(NFTA_NG_OFFSET),
                into: fields.register(NFTA_NG_DREG))
        case "fib":
            guard fields.number(NFTA_FIB_RESULT) == NFT_FIB_RESULT_ADDRTYPE.rawValue else { return nil }
            let register = fields.register(NFTA_FIB_DREG)
            switch fields.number(NFTA_FIB_FLAGS) {
            case NFTA_FIB_F_SADDR.rawValue: return .sourceAddressType(into: register)
            case NFTA_FIB_F_DADDR.rawValue: return .destinationAddressType(into: register)
            default: return nil
            }
        case "immediate": return try immediate(fields)
        case "bitwise":
            let mask = try fields.value(NFTA_BITWISE_MASK)
            guard fields.number(NFTA_BITWISE_SREG) == fields.number(NFTA_BITWISE_DREG), !mask.isEmpty else {
                return nil
            }
            return .mask(
                mask, flip: try fields.value(NFTA_BITWISE_XOR), register: fields.register(NFTA_BITWISE_DREG))
        case "cmp":
            let operation = fields.number(NFTA_CMP_OP)
            guard [NFT_CMP_EQ.rawValue, NFT_CMP_NEQ.rawValue].contains(operation) else { return nil }
            return .compare(
                register: fields.register(NFTA_CMP_SREG), equal: operation == NFT_CMP_EQ.rawValue,
                try fields.value(NFTA_CMP_DATA))
        case "lookup": return lookup(fields)
        case "dynset":
            guard fields.number(NFTA_DYNSET_OP) == NFT_DYNSET_OP_UPDATE.rawValue else { return nil }
            return .update(
                set: fields.text(NFTA_DYNSET_SET_NAME), key: fields.register(NFTA_DYNSET_SREG_KEY),
                data: fields.register(NFTA_DYNSET_SREG_DATA), timeout: fields.longNumber(NFTA_DYNSET_TIMEOUT))
        case "nat":
            guard fields.number(NFTA_NAT_TYPE) == NFT_NAT_DNAT.rawValue else { return nil }
            let family: IPFamily = fields.number(NFTA_NAT_FAMILY) == UInt32(NFPROTO_IPV6) ? .ipv6 : .ipv4
            return .dnat(
                family, address: fields.register(NFTA_NAT_REG_ADDR_MIN), port: fields.register(NFTA_NAT_REG_PROTO_MIN))
        case "masq":
            return fields.number(NFTA_MASQ_FLAGS) == UInt32(NF_NAT_RANGE_PROTO_RANDOM_FULLY) ? .masquerade : nil
        case "reject":
            if fields.number(NFTA_REJECT_TYPE) == NFT_REJECT_TCP_RST.rawValue { return .reject(.tcpReset) }
            let family: IPFamily =
                fields[NFTA_REJECT_ICMP_CODE].first == Rejection.portUnreachable(.ipv6).icmpCode ? .ipv6 : .ipv4
            return .reject(.portUnreachable(family))
        default: return nil
        }
    }

    private static func immediate(_ fields: Attributes) throws(NetlinkError) -> Expression? {
        guard fields.number(NFTA_IMMEDIATE_DREG) == NFT_REG_VERDICT.rawValue else {
            return .value(try fields.value(NFTA_IMMEDIATE_DATA), into: fields.register(NFTA_IMMEDIATE_DREG))
        }
        let data = try Attributes(fields[NFTA_IMMEDIATE_DATA].span.bytes)
        return try Verdict(data[NFTA_DATA_VERDICT].span.bytes).map { .verdict($0) }
    }

    private static func lookup(_ fields: Attributes) -> Expression {
        let key = fields.register(NFTA_LOOKUP_SREG)
        let set = fields.text(NFTA_LOOKUP_SET)
        guard fields.has(NFTA_LOOKUP_DREG) else {
            return .find(
                key: key, set: set, negated: fields.number(NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV.rawValue != 0)
        }
        return fields.number(NFTA_LOOKUP_DREG) == NFT_REG_VERDICT.rawValue
            ? .dispatch(key: key, set: set) : .map(key: key, set: set, into: fields.register(NFTA_LOOKUP_DREG))
    }
}

extension [Expression?] {
    /// The rule, if all of its steps are such as we write.
    var understood: [Expression]? {
        let known = compactMap(\.self)
        return known.count == count ? known : nil
    }
}

/// The attributes of one nest, copied: for rules and declarations, not for elements.
struct Attributes {
    private var values: [UInt32: [UInt8]] = [:]

    init() {}

    init(_ bytes: borrowing RawSpan) throws(NetlinkError) {
        var values: [UInt32: [UInt8]] = [:]
        try AttributeReader.forEach(in: bytes) { values[$0] = $1.bytes }
        self.values = values
    }

    subscript(_ type: some RawRepresentable<UInt32>) -> [UInt8] { values[type.rawValue] ?? [] }

    func has(_ type: some RawRepresentable<UInt32>) -> Bool { values[type.rawValue] != nil }

    func text(_ type: some RawRepresentable<UInt32>) -> String { self[type].span.bytes.string }

    /// A 32-bit number in network order; 0 if there is none.
    func number(_ type: some RawRepresentable<UInt32>) -> UInt32 { self[type].span.bytes.bigEndian(as: UInt32.self) }

    /// A 32-bit number in network order, or `nil` if there is none.
    func optionalNumber(_ type: UInt32) -> Int? {
        values[type].map { Int($0.span.bytes.bigEndian(as: UInt32.self)) }
    }

    func longNumber(_ type: some RawRepresentable<UInt32>) -> UInt64 {
        self[type].span.bytes.bigEndian(as: UInt64.self)
    }

    /// The payload of `NFTA_DATA_VALUE` inside the attribute.
    func value(_ type: some RawRepresentable<UInt32>) throws(NetlinkError) -> [UInt8] {
        try Attributes(self[type].span.bytes)[NFTA_DATA_VALUE]
    }

    /// A register in words. The kernel numbers whole 128-bit registers 1 to 4, and words from `NFT_REG32_00` up.
    func register(_ type: some RawRepresentable<UInt32>) -> Int {
        let number = Int(number(type))
        let firstWord = Int(NFT_REG32_00.rawValue)
        return number >= firstWord ? number - firstWord : (number - 1) * 4
    }
}
