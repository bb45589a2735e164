import CLinux
import Glibc
import InternetAddresses
import Netlink

/// Decodes rules that iptables' nft back end has written to nf_tables into the text of `iptables-save`.
///
/// `iptables-nft-save` does the same, in a time that grows with the square of the number of chains: 18 seconds for
/// 5,000 Services with 10 endpoints each. It understands what kube-proxy's modes use, as iptables 1.8.8 and later write
/// it. A rule with anything else is rejected as a whole; nothing is guessed.
struct RuleDecoder {
    var text: RuleText
    private var isUnderstood = true
    private var loaded = Loaded.nothing
    /// The mask of the loaded value; empty for none.
    private var mask: [UInt8] = []

    /// The contents of the register.
    private enum Loaded: Equatable {
        case nothing
        /// Bytes of the IP header.
        case network(offset: UInt32, length: Int)
        case destinationPort
        case meta(UInt32)
    }

    init(family: IPFamily) { text = RuleText(family: family) }

    /// Reads the expressions of a rule (`NFTA_RULE_EXPRESSIONS`) into ``text``. Returns false for a rule that is not
    /// understood.
    mutating func decode(_ expressions: borrowing RawSpan) throws(NetlinkError) -> Bool {
        text.clear()
        isUnderstood = true
        loaded = .nothing
        mask.removeAll(keepingCapacity: true)
        try AttributeReader.forEach(in: expressions) { _, expression throws(NetlinkError) in
            var kind = Kind.other
            try AttributeReader.forEach(in: expression) { type, value throws(NetlinkError) in
                if type == NFTA_EXPR_NAME.rawValue { kind = Kind(value) }
                if type == NFTA_EXPR_DATA.rawValue { try decode(kind, value) }
            }
        }
        return isUnderstood
    }

    private enum Kind {
        case payload, meta, bitwise, compare, counter, immediate, match, target, other

        init(_ name: borrowing RawSpan) {
            self =
                if name.isText("match") {
                    .match
                } else if name.isText("cmp") {
                    .compare
                } else if name.isText("payload") {
                    .payload
                } else if name.isText("counter") {
                    .counter
                } else if name.isText("immediate") {
                    .immediate
                } else if name.isText("meta") {
                    .meta
                } else if name.isText("target") {
                    .target
                } else if name.isText("bitwise") {
                    .bitwise
                } else {
                    .other
                }
        }
    }

    private mutating func decode(_ kind: Kind, _ data: borrowing RawSpan) throws(NetlinkError) {
        switch kind {
        case .counter: break
        case .payload: try payload(data)
        case .meta: try meta(data)
        case .bitwise: try bitwise(data)
        case .compare: try compare(data)
        case .immediate: try verdict(data)
        case .match: try match(data)
        case .target: try target(data)
        case .other: isUnderstood = false
        }
    }

    // MARK: - Values and comparisons

    private mutating func payload(_ data: borrowing RawSpan) throws(NetlinkError) {
        var (base, offset, length): (UInt32, UInt32, UInt32) = (0, 0, 0)
        try AttributeReader.forEach(in: data) { type, value in
            switch type {
            case NFTA_PAYLOAD_BASE.rawValue: base = value.bigEndian(as: UInt32.self)
            case NFTA_PAYLOAD_OFFSET.rawValue: offset = value.bigEndian(as: UInt32.self)
            case NFTA_PAYLOAD_LEN.rawValue: length = value.bigEndian(as: UInt32.self)
            default: break
            }
        }
        mask.removeAll(keepingCapacity: true)
        if base == NFT_PAYLOAD_NETWORK_HEADER.rawValue {
            loaded = .network(offset: offset, length: Int(length))
        } else if base == NFT_PAYLOAD_TRANSPORT_HEADER.rawValue, offset == 2, length == 2 {
            loaded = .destinationPort
        } else {
            isUnderstood = false
        }
    }

    private mutating func meta(_ data: borrowing RawSpan) throws(NetlinkError) {
        mask.removeAll(keepingCapacity: true)
        loaded = .nothing
        try AttributeReader.forEach(in: data) { type, value in
            if type == NFTA_META_KEY.rawValue { loaded = .meta(value.bigEndian(as: UInt32.self)) }
        }
    }

    private mutating func bitwise(_ data: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: data) { type, value throws(NetlinkError) in
            switch type {
            case NFTA_BITWISE_MASK.rawValue:
                try Self.withValue(of: value) { mask = $0.bytes }
            case NFTA_BITWISE_XOR.rawValue:
                try Self.withValue(of: value) { if $0.bytes.contains(where: { $0 != 0 }) { isUnderstood = false } }
            case NFTA_BITWISE_OP.rawValue:
                if value.bigEndian(as: UInt32.self) != CLinux_NFT_BITWISE_BOOL { isUnderstood = false }
            default: break
            }
        }
    }

    private mutating func compare(_ data: borrowing RawSpan) throws(NetlinkError) {
        var isInverted = false
        try AttributeReader.forEach(in: data) { type, value throws(NetlinkError) in
            switch type {
            case NFTA_CMP_OP.rawValue:
                let operation = value.bigEndian(as: UInt32.self)
                isInverted = operation == NFT_CMP_NEQ.rawValue
                if operation != NFT_CMP_EQ.rawValue, !isInverted { isUnderstood = false }
            case NFTA_CMP_DATA.rawValue:
                try Self.withValue(of: value) { compare($0, isInverted) }
            default: break
            }
        }
    }

    private mutating func compare(_ value: borrowing RawSpan, _ isInverted: Bool) {
        switch loaded {
        case .nothing: isUnderstood = false
        case .network(let offset, let length):
            guard value.byteCount == length, let network = network(value) else { return isUnderstood = false }
            let (source, destination): (UInt32, UInt32) = text.family == .ipv4 ? (12, 16) : (8, 24)
            if offset == source {
                text.match(source: network, isInverted: isInverted)
            } else if offset == destination {
                text.match(destination: network, isInverted: isInverted)
            } else {
                isUnderstood = false
            }
        case .destinationPort:
            let port = value.bigEndian(as: UInt16.self)
            if isInverted || !text.match(destinationPort: port) { isUnderstood = false }
        case .meta(NFT_META_L4PROTO.rawValue):
            if isInverted || !text.match(transport: value.integer(as: UInt8.self)) { isUnderstood = false }
        case .meta(NFT_META_IIFNAME.rawValue):
            // A whole name is compared with its NUL; without one, `+` stands for the rest.
            let bytes = value.bytes
            let name = value.string
            text.match(inputInterface: bytes.contains(0) ? name : name + "+", isInverted: isInverted)
        case .meta(NFT_META_MARK.rawValue):
            text.match(" -m mark\(isInverted ? " !" : "") --mark ")
            text.match(hexadecimal: value.integer(as: UInt32.self))
            guard !mask.isEmpty else { return }
            text.match("/")
            text.match(hexadecimal: mask.span.bytes.integer(as: UInt32.self))
        case .meta: isUnderstood = false
        }
    }

    /// The network that a masked or truncated comparison of address bytes stands for.
    private func network(_ value: borrowing RawSpan) -> IPNetwork? {
        let size = text.family.addressBits / 8
        guard value.byteCount <= size else { return nil }
        var prefix = value.byteCount * 8
        if !mask.isEmpty {
            prefix = 0
            for byte in mask {
                prefix += byte.leadingZeroBitCount == 0 ? (~byte).leadingZeroBitCount : 0
                if byte != 0xFF { break }
            }
            // Only a prefix mask can be written this way.
            let ones = mask.reduce(0) { $0 + $1.nonzeroBitCount }
            guard ones == prefix else { return nil }
        }
        return address(value).flatMap { IPNetwork(containing: $0, prefixLength: prefix) }
    }

    /// An address whose last bytes may be missing.
    private func address(_ value: borrowing RawSpan) -> IPAddress? {
        if text.family == .ipv4 {
            if value.byteCount == 4 { return IPAddress(ipv4: value.bigEndian(as: UInt32.self)) }
        } else if value.byteCount == 16 {
            return IPAddress(
                ipv6High: value.bigEndian(as: UInt64.self), low: value.bigEndian(at: 8, as: UInt64.self))
        }
        let missing = text.family.addressBits / 8 - value.byteCount
        guard missing > 0 else { return nil }
        return IPAddress(networkBytes: value.bytes + [UInt8](repeating: 0, count: missing))
    }

    // MARK: - Matches and targets

    private mutating func match(_ data: borrowing RawSpan) throws(NetlinkError) {
        var kind = MatchKind.other
        var revision: UInt32 = 0
        try AttributeReader.forEach(in: data) { type, value in
            switch type {
            case NFTA_MATCH_NAME.rawValue: kind = MatchKind(value)
            case NFTA_MATCH_REV.rawValue: revision = value.bigEndian(as: UInt32.self)
            case NFTA_MATCH_INFO.rawValue:
                if !text.append(kind, revision: revision, value) { isUnderstood = false }
            default: break
            }
        }
    }

    private mutating func target(_ data: borrowing RawSpan) throws(NetlinkError) {
        var kind = TargetKind.other
        var revision: UInt32 = 0
        try AttributeReader.forEach(in: data) { type, value in
            switch type {
            case NFTA_TARGET_NAME.rawValue: kind = TargetKind(value)
            case NFTA_TARGET_REV.rawValue: revision = value.bigEndian(as: UInt32.self)
            case NFTA_TARGET_INFO.rawValue:
                if !text.append(kind, revision: revision, value) { isUnderstood = false }
            default: break
            }
        }
    }

    private mutating func verdict(_ data: borrowing RawSpan) throws(NetlinkError) {
        try AttributeReader.forEach(in: data) { type, value throws(NetlinkError) in
            guard type == NFTA_IMMEDIATE_DATA.rawValue else { return }
            try AttributeReader.forEach(in: value) { type, value throws(NetlinkError) in
                guard type == NFTA_DATA_VERDICT.rawValue else { return isUnderstood = false }
                try jump(value)
            }
        }
    }

    private mutating func jump(_ verdict: borrowing RawSpan) throws(NetlinkError) {
        var code: UInt32 = 0
        try AttributeReader.forEach(in: verdict) { type, value in
            if type == NFTA_VERDICT_CODE.rawValue {
                code = value.bigEndian(as: UInt32.self)
                switch code {
                case UInt32(NF_ACCEPT): text.jump(to: "ACCEPT")
                case UInt32(NF_DROP): text.jump(to: "DROP")
                case CLinux_NFT_RETURN: text.jump(to: "RETURN")
                case CLinux_NFT_JUMP: break
                default: isUnderstood = false
                }
            }
            if type == NFTA_VERDICT_CHAIN.rawValue { value.withText { text.jump(to: $0) } }
        }
    }

    /// The value inside `NFTA_DATA_VALUE`.
    private static func withValue(
        of data: borrowing RawSpan, _ body: (borrowing RawSpan) -> Void
    ) throws(NetlinkError) {
        try AttributeReader.forEach(in: data) { type, value in
            if type == NFTA_DATA_VALUE.rawValue { body(value) }
        }
    }
}

extension RawSpan {
    /// Whether the bytes up to the NUL are `text`.
    func isText(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard byteCount > count, integer(at: count, as: UInt8.self) == 0 else { return false }
        return withUnsafeBytes { bytes in
            text.withUTF8Buffer { $0.elementsEqual(bytes.prefix(count)) }
        }
    }

    /// Calls `body` with the bytes up to the first NUL.
    func withText(_ body: (Slice<UnsafeRawBufferPointer>) -> Void) {
        withUnsafeBytes { body($0.prefix { $0 != 0 }) }
    }
}
