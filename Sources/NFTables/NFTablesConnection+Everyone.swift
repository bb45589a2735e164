import CLinux
import Glibc
package import Netlink

/// A table of any family, as listed by `nft list tables`.
package struct ForeignTable: Sendable, Hashable {
    /// `ip`, `ip6`, `inet`, `arp`, `bridge` or `netdev`.
    package var family: String
    package var name: String

    package init(family: String, name: String) {
        self.family = family
        self.name = name
    }
}

/// The tables and chains of all programs. `nft list tables` would read all rules and elements for the same answer.
extension NFTablesConnection {
    private static let families: [(name: String, number: Int)] = [
        ("ip", NFPROTO_IPV4), ("ip6", NFPROTO_IPV6), ("inet", NFPROTO_INET), ("arp", NFPROTO_ARP),
        ("bridge", NFPROTO_BRIDGE), ("netdev", NFPROTO_NETDEV),
    ]

    /// All tables of this network namespace.
    package mutating func tables() throws(NetlinkError) -> [ForeignTable] {
        var tables: [ForeignTable] = []
        try dump(NFT_MSG_GETTABLE, NFPROTO_UNSPEC) { (number, fields) throws(NetlinkError) in
            guard let family = Self.families.first(where: { $0.number == number }) else { return }
            tables.append(ForeignTable(family: family.name, name: fields.text(NFTA_TABLE_NAME)))
        }
        return tables
    }

    /// The names of the chains of a table; `nil` where the family has more chains than `limit`, of which no more are
    /// read.
    package mutating func chains(of table: ForeignTable, limit: Int) throws(NetlinkError) -> [String]? {
        guard let family = Self.families.first(where: { $0.name == table.family }) else { return [] }
        var names: [String] = []
        var count = 0
        do throws(NetlinkError) {
            try dump(NFT_MSG_GETCHAIN, family.number) { (_, fields) throws(NetlinkError) in
                count += 1
                guard count <= limit else { throw NetlinkError(operation: "list few chains", errno: ECANCELED) }
                if fields.text(NFTA_CHAIN_TABLE) == table.name { names.append(fields.text(NFTA_CHAIN_NAME)) }
            }
        } catch {
            guard error.errno == ECANCELED else { throw error }
            return nil
        }
        return names
    }

    private mutating func dump(
        _ request: nf_tables_msg_types, _ family: Int,
        _ body: (_ family: Int, _ fields: Attributes) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var writer = MessageWriter()
        let sequence = netlink.nextSequence()
        writer.message(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(request.rawValue),
            flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), sequence: sequence
        ) { $0.netfilterHeader(family: UInt8(family)) }
        try netlink.dump(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
            guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
            try body(
                Int(payload.integer(as: UInt8.self)), Attributes(payload.extracting(4..<payload.byteCount)))
        }
    }
}
