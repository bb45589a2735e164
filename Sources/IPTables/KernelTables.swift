import CLinux
import Glibc
package import InternetAddresses
package import Netlink

/// Queries to nf_tables, in which the nft back end keeps the tables of iptables.
///
/// Most open a socket. When one is closed, the kernel (`nft_rcv_nl_event`) first destroys what the last transaction
/// removed, which takes 10 to 20 ms, and nobody's transactions make progress: ask much at once.
package enum KernelTables {
    /// Whether a table has the chain: `nft list chain ip nat KUBE-PROXY-CANARY`
    package static func hasChain(_ chain: String, in table: Table, _ family: IPFamily) throws(NetlinkError) -> Bool {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        return try hasChain(chain, in: table, family, &connection)
    }

    /// Whether nf_tables answers questions about a family.
    static func answers(_ family: IPFamily) -> Bool {
        do throws(NetlinkError) {
            _ = try hasChain(ChainName.canary, in: .mangle, family)
            return true
        } catch {
            return false
        }
    }

    /// The families in which a table has one of the chains named. `transport` is a netfilter socket.
    package static func families(
        withAnyOf chains: [Table: [String]], _ transport: any NetlinkTransport
    ) throws(NetlinkError) -> Set<IPFamily> {
        var connection = NetlinkConnection(transport)
        var families: Set<IPFamily> = []
        for family in IPFamily.allCases {
            for (table, names) in chains where !families.contains(family) {
                for name in names where try hasChain(name, in: table, family, &connection) { families.insert(family) }
            }
        }
        return families
    }

    /// The families in which a table of iptables has a chain whose name begins with `prefix`.
    package static func families(withChainNamed prefix: String) throws(NetlinkError) -> Set<IPFamily> {
        let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        var families: Set<IPFamily> = []
        for family in IPFamily.allCases {
            let isThere = try uninterrupted { () throws(NetlinkError) in
                var isThere = false
                var connection = NetlinkConnection(socket)
                try forEachChain(family, &connection) { if $0 != nil, $1.hasPrefix(prefix) { isThere = true } }
                return isThere
            }
            if isThere { families.insert(family) }
        }
        return families
    }

    static func hasChain(
        _ chain: String, in table: Table, _ family: IPFamily, _ connection: inout NetlinkConnection
    ) throws(NetlinkError) -> Bool {
        let sequence = connection.nextSequence()
        let request = request(NFT_MSG_GETCHAIN, UInt16(NLM_F_REQUEST | NLM_F_ACK), sequence, family) { writer in
            writer.attribute(NFTA_CHAIN_TABLE.rawValue, string: table.rawValue)
            writer.attribute(NFTA_CHAIN_NAME.rawValue, string: chain)
        }
        let refusals = try connection.transact(request, first: sequence, last: sequence)
        guard let refusal = refusals.first else { return true }
        guard refusal.errno == ENOENT else { throw refusal }
        return false
    }

    /// The names of all chains of a table: `nft list chains ip`
    package static func chains(in table: Table, _ family: IPFamily) throws(NetlinkError) -> [String] {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        var names: [String] = []
        try forEachChain(family, &connection) { if $0 == table { names.append($1) } }
        return names
    }

    /// Passes the table and the name of each chain to `body`; no table for one that iptables does not have.
    private static func forEachChain(
        _ family: IPFamily, _ connection: inout NetlinkConnection, _ body: (Table?, String) -> Void
    ) throws(NetlinkError) {
        let sequence = connection.nextSequence()
        let request = request(
            NFT_MSG_GETCHAIN, UInt16(NLM_F_REQUEST) | UInt16(NLM_F_DUMP), sequence, family
        ) { _ in }
        try connection.dump(request, sequence: sequence) { _, payload throws(NetlinkError) in
            guard payload.byteCount >= 4 else { return }
            var name = ""
            var table: Table?
            try AttributeReader.forEach(in: payload.extracting(4..<payload.byteCount)) { type, value in
                if type == NFTA_CHAIN_TABLE.rawValue { table = Table(rawValue: value.string) }
                if type == NFTA_CHAIN_NAME.rawValue { name = value.string }
            }
            body(table, name)
        }
    }

    /// Whether the chain exists and has a rule. Reads only the first: there may be thousands.
    package static func hasRules(_ chain: String, in table: Table, _ family: IPFamily) throws(NetlinkError) -> Bool {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        let sequence = connection.nextSequence()
        let request = request(
            NFT_MSG_GETRULE, UInt16(NLM_F_REQUEST) | UInt16(NLM_F_DUMP), sequence, family
        ) { writer in
            writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.rawValue)
            writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain)
        }
        do throws(NetlinkError) {
            try connection.dump(request, sequence: sequence) { (_, _) throws(NetlinkError) in
                throw NetlinkError(operation: "read one rule", errno: ECANCELED)
            }
            return false
        } catch {
            guard error.errno == ECANCELED else { throw error }
            return true
        }
    }

    /// How many rules the tables of iptables have; no more than `limit` are counted.
    static func ruleCount(_ family: IPFamily, limit: Int) throws(NetlinkError) -> Int {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        let sequence = connection.nextSequence()
        let request = request(
            NFT_MSG_GETRULE, UInt16(NLM_F_REQUEST) | UInt16(NLM_F_DUMP), sequence, family
        ) { _ in }
        var count = 0
        do throws(NetlinkError) {
            try connection.dump(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
                guard payload.byteCount >= 4 else { return }
                var isOurs = false
                try AttributeReader.forEach(in: payload.extracting(4..<payload.byteCount)) { type, value in
                    if type == NFTA_RULE_TABLE.rawValue { isOurs = Table(rawValue: value.string) != nil }
                }
                if isOurs { count += 1 }
                if count >= limit { throw NetlinkError(operation: "count rules", errno: ECANCELED) }
            }
        } catch {
            guard error.errno == ECANCELED else { throw error }
        }
        return count
    }

    /// Repeats a dump as long as somebody changes the tables meanwhile, and gives up after 20 attempts (EINTR).
    static func uninterrupted<Value>(_ dump: () throws(NetlinkError) -> Value) throws(NetlinkError) -> Value {
        for _ in 1..<20 {
            do throws(NetlinkError) { return try dump() } catch {
                guard error.errno == EINTR else { throw error }
            }
        }
        return try dump()
    }

    static func request(
        _ type: nf_tables_msg_types, _ flags: UInt16, _ sequence: UInt32, _ family: IPFamily,
        _ attributes: (inout MessageWriter) -> Void
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue), flags: flags, sequence: sequence
        ) { writer in
            writer.netfilterHeader(family: UInt8(family == .ipv4 ? AF_INET : AF_INET6))
            attributes(&writer)
        }
        return writer.bytes
    }
}
