import CLinux
import Glibc
import InternetAddresses
package import Netlink

/// Reading a table back from the kernel. All reads are of one family; tables of other names are skipped.
extension NFTablesConnection {
    /// Whether the table exists. `nft list table ip servicelet`
    package mutating func contains(_ table: Table) throws(NetlinkError) -> Bool {
        try flags(of: table) != nil
    }

    /// The table's flags, such as `NFT_TABLE_F_DORMANT` when its chains are switched off; `nil` if there is no table.
    package mutating func flags(of table: Table) throws(NetlinkError) -> UInt32? {
        var flags: UInt32?
        try dump(NFT_MSG_GETTABLE.rawValue, table, filter: { _ in }) { (payload) throws(NetlinkError) in
            let fields = try Attributes(payload)
            if fields.text(NFTA_TABLE_NAME) == table.name { flags = fields.number(NFTA_TABLE_FLAGS) }
        }
        return flags
    }

    /// The chains of the table, without their rules.
    package mutating func chains(of table: Table) throws(NetlinkError) -> [Chain] {
        var chains: [Chain] = []
        try dump(NFT_MSG_GETCHAIN.rawValue, table, filter: { _ in }) { (payload) throws(NetlinkError) in
            let fields = try Attributes(payload)
            guard fields.text(NFTA_CHAIN_TABLE) == table.name else { return }
            var chain = Chain(fields.text(NFTA_CHAIN_NAME))
            if fields.has(NFTA_CHAIN_HOOK) {
                let hook = try Attributes(fields[NFTA_CHAIN_HOOK].span.bytes)
                guard let point = Chain.Hook.Point(rawValue: hook.number(NFTA_HOOK_HOOKNUM)) else { return }
                chain.hook = Chain.Hook(
                    point, priority: Int32(bitPattern: hook.number(NFTA_HOOK_PRIORITY)),
                    type: fields.text(NFTA_CHAIN_TYPE),
                    acceptsByDefault: fields.number(NFTA_CHAIN_POLICY) == UInt32(NF_ACCEPT))
            }
            chains.append(chain)
        }
        return chains
    }

    /// The rules of the table by chain, in order; `nil` stands for a rule that is not ours.
    package mutating func rules(of table: Table) throws(NetlinkError) -> [String: [[Expression]?]] {
        try steps(of: table).mapValues { rules in rules.map(\.understood) }
    }

    /// The rules of one chain; empty where there is no such chain. `nft list chain ip servicelet prerouting`
    package mutating func rules(of chain: String, in table: Table) throws(NetlinkError) -> [[Expression]?] {
        try steps(of: table, chain: chain)[chain, default: []].map(\.understood)
    }

    /// The rules of the table by chain, or those of one chain; `nil` stands for a step that we never write.
    package mutating func steps(
        of table: Table, chain: String? = nil
    ) throws(NetlinkError) -> [String: [[Expression?]]] {
        var rules: [String: [[Expression?]]] = [:]
        try dump(
            NFT_MSG_GETRULE.rawValue, table,
            filter: { writer in
                writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.name)
                if let chain { writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain) }
            },
            { (payload) throws(NetlinkError) in
                let fields = try Attributes(payload)
                guard fields.text(NFTA_RULE_TABLE) == table.name else { return }
                let steps = try Expression.read(list: fields[NFTA_RULE_EXPRESSIONS].span.bytes)
                rules[fields.text(NFTA_RULE_CHAIN), default: []].append(steps)
            })
        return rules
    }

    /// The names of the table's sets and maps, and whether each is declared exactly as in `expected`.
    package mutating func sets(of table: Table, expected: [NamedSet]) throws(NetlinkError) -> [String: Bool] {
        var sets: [String: Bool] = [:]
        let declarations = Dictionary(expected.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        try dump(
            NFT_MSG_GETSET.rawValue, table,
            filter: { $0.attribute(NFTA_SET_TABLE.rawValue, string: table.name) },
            { (payload) throws(NetlinkError) in
                let fields = try Attributes(payload)
                guard fields.text(NFTA_SET_TABLE) == table.name else { return }
                let name = fields.text(NFTA_SET_NAME)
                sets[name] = try declarations[name]?.isDeclared(as: fields, table.family) ?? false
            })
        return sets
    }

    /// How many elements a set has, or `nil` if the kernel does not report it. `NFTA_SET_COUNT` is newer than the
    /// headers of some distributions: Linux 6.18 reports it, 6.1 does not.
    package mutating func elementCount(of set: String, in table: Table) throws(NetlinkError) -> Int? {
        var count: Int?
        try dump(
            NFT_MSG_GETSET.rawValue, table,
            filter: { $0.attribute(NFTA_SET_TABLE.rawValue, string: table.name) },
            { (payload) throws(NetlinkError) in
                let fields = try Attributes(payload)
                guard fields.text(NFTA_SET_TABLE) == table.name, fields.text(NFTA_SET_NAME) == set else { return }
                count = fields.optionalNumber(Self.setCountAttribute)
            })
        return count
    }

    /// `NFTA_SET_COUNT`, after `NFTA_SET_EXPRESSIONS` and `NFTA_SET_TYPE`.
    private static let setCountAttribute = NFTA_SET_EXPRESSIONS.rawValue + 2

    /// Calls `body` with each element of a set.
    package mutating func forEachElement(
        of set: String, in table: Table, _ body: (borrowing ElementReader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try dump(
            NFT_MSG_GETSETELEM.rawValue, table,
            filter: { writer in
                writer.attribute(NFTA_SET_ELEM_LIST_TABLE.rawValue, string: table.name)
                writer.attribute(NFTA_SET_ELEM_LIST_SET.rawValue, string: set)
            },
            { (payload) throws(NetlinkError) in try Self.forEachElement(in: payload, body) })
    }

    /// Gets single elements of a set by key, and calls `body` with each. Throws ENOENT if one does not exist.
    ///
    /// `nextKey` writes one key per call, or returns false when none is left. Dumping a large hash set takes the kernel
    /// time quadratic in its size, because every part of the answer begins with a walk over all elements already sent.
    /// Getting by key does not.
    package mutating func forEachElement(
        of set: String, in table: Table, nextKey: (inout FieldWriter) -> Bool,
        _ body: (borrowing ElementReader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var writer = MessageWriter()
        var isMore = true
        while isMore {
            writer.removeAll()
            let sequence = netlink.nextSequence()
            let message = writer.beginMessage(
                type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_GETSETELEM.rawValue),
                flags: UInt16(NLM_F_REQUEST | NLM_F_ACK), sequence: sequence)
            writer.netfilterHeader(family: table.protocolFamily)
            writer.attribute(NFTA_SET_ELEM_LIST_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_SET_ELEM_LIST_SET.rawValue, string: set)
            let list = writer.beginNested(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)
            var count = 0
            while count < Self.keysInRequest {
                let start = writer.beginNested(NFTA_LIST_ELEM.rawValue)
                var element = ElementWriter()
                swap(&element.writer, &writer)
                element.key { isMore = nextKey(&$0) }
                swap(&element.writer, &writer)
                guard isMore else {
                    writer.truncate(to: start)
                    break
                }
                writer.endNested(start)
                count += 1
            }
            writer.endNested(list)
            writer.endMessage(message)
            guard count > 0 else { return }
            try netlink.request(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
                guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
                try Self.forEachElement(in: payload.extracting(4..<payload.byteCount), body)
            }
        }
    }

    /// Gets the element of a set that has the key, and calls `body` with it. Returns false if there is none.
    package mutating func readElement(
        of set: String, in table: Table, key: (inout FieldWriter) -> Void,
        _ body: (borrowing ElementReader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Bool {
        var isKeyWritten = false
        do throws(NetlinkError) {
            try forEachElement(
                of: set, in: table,
                nextKey: { writer in
                    guard !isKeyWritten else { return false }
                    isKeyWritten = true
                    key(&writer)
                    return true
                }, body)
            return true
        } catch {
            guard error.errno == ENOENT else { throw error }
            return false
        }
    }

    /// The kernel queues an answer for each key before we can read the first.
    private static let keysInRequest = 1000

    private static func forEachElement(
        in payload: borrowing RawSpan, _ body: (borrowing ElementReader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try AttributeReader.forEach(in: payload) { (type, list) throws(NetlinkError) in
            guard type == NFTA_SET_ELEM_LIST_ELEMENTS.rawValue else { return }
            try AttributeReader.forEach(in: list) { (_, element) throws(NetlinkError) in
                try body(ElementReader(element))
            }
        }
    }

    /// The number of transactions that the kernel has committed since it started, for all tables together.
    package mutating func generation() throws(NetlinkError) -> UInt32 {
        var writer = MessageWriter()
        let sequence = netlink.nextSequence()
        writer.message(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_GETGEN.rawValue), flags: UInt16(NLM_F_REQUEST),
            sequence: sequence
        ) { $0.netfilterHeader(family: UInt8(AF_UNSPEC)) }
        var generation: UInt32 = 0
        try netlink.dump(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
            guard payload.byteCount >= 4 else { return }
            generation = try Attributes(payload.extracting(4..<payload.byteCount)).number(NFTA_GEN_ID)
        }
        return generation
    }

    private mutating func dump(
        _ request: UInt32, _ table: Table, filter: (inout MessageWriter) -> Void,
        _ body: (borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var writer = MessageWriter()
        let sequence = netlink.nextSequence()
        writer.message(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(request), flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP),
            sequence: sequence
        ) { writer in
            writer.netfilterHeader(family: table.protocolFamily)
            filter(&writer)
        }
        try netlink.dump(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
            guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
            try body(payload.extracting(4..<payload.byteCount))
        }
    }
}

extension NamedSet {
    /// Whether the kernel's declaration of a set is what ``write(to:table:id:)`` would write.
    fileprivate func isDeclared(as fields: Attributes, _ family: IPFamily) throws(NetlinkError) -> Bool {
        if case .dynamic(let size) = kind {
            let description = try Attributes(fields[NFTA_SET_DESC].span.bytes)
            guard description.number(NFTA_SET_DESC_SIZE) == size else { return false }
        }
        let dataType: UInt32
        switch value {
        case .none: dataType = 0
        case .verdict: dataType = NFT_DATA_VERDICT.rawValue
        case .fields(let data): dataType = Self.typeNumber(data, family)
        }
        return fields.number(NFTA_SET_FLAGS) == flags
            && fields.number(NFTA_SET_KEY_TYPE) == Self.typeNumber(key, family)
            && fields.number(NFTA_SET_KEY_LEN) == UInt32(Self.length(key, family))
            && fields.number(NFTA_SET_DATA_TYPE) == dataType
            && fields[NFTA_SET_USERDATA] == userData(family)
    }
}
