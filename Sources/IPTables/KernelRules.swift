import CLinux
import Glibc
package import InternetAddresses
import Netlink

/// Reads the rules of iptables' nft back end from nf_tables, as ``RuleDecoder`` understands them.
enum KernelRules {
    /// The rules of all tables of `family`.
    ///
    /// Throws EINTR if a table changed meanwhile.
    static func read(_ family: IPFamily, keepingAllRules: Bool = false) throws(NetlinkError) -> SavedRules {
        var rules = SavedRules(keepingAllRules: keepingAllRules)
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        var decoder = RuleDecoder(family: family)
        for table in Table.allCases {
            let chains = try KernelTables.chains(in: table, family)
            rules.insert(chains, in: table)
            // Chain by chain: for each part of a dump of a whole table, the kernel skips all rules before it.
            for chain in chains { try read(chain, in: table, &connection, &decoder, into: &rules) }
        }
        rules.finish()
        return rules
    }

    /// What some chains of `family` hold, whatever others there are; chains that are not there are left out.
    ///
    /// Throws EINTR if somebody changed a table meanwhile.
    static func read(_ family: IPFamily, chains: [Table: Set<String>]) throws(NetlinkError) -> SavedRules {
        var rules = SavedRules(keepingAllRules: true)
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        var decoder = RuleDecoder(family: family)
        for (table, names) in chains {
            for chain in names.sorted() {
                guard try KernelTables.hasChain(chain, in: table, family, &connection) else { continue }
                rules.insert([chain], in: table)
                try read(chain, in: table, &connection, &decoder, into: &rules)
            }
        }
        rules.finish()
        return rules
    }

    /// `nft list chain ip nat KUBE-SERVICES`
    private static func read(
        _ chain: String, in table: Table, _ connection: inout NetlinkConnection, _ decoder: inout RuleDecoder,
        into rules: inout SavedRules
    ) throws(NetlinkError) {
        let sequence = connection.nextSequence()
        let request = KernelTables.request(
            NFT_MSG_GETRULE, UInt16(NLM_F_REQUEST) | UInt16(NLM_F_DUMP), sequence, decoder.text.family
        ) { writer in
            writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.rawValue)
            writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain)
        }
        try connection.dump(request, sequence: sequence) { _, payload throws(NetlinkError) in
            guard payload.byteCount >= MemoryLayout<nfgenmsg>.size else { return }
            var isUnderstood = false
            try AttributeReader.forEach(
                in: payload.extracting(MemoryLayout<nfgenmsg>.size..<payload.byteCount)
            ) { type, value throws(NetlinkError) in
                if type == NFTA_RULE_EXPRESSIONS.rawValue { isUnderstood = try decoder.decode(value) }
            }
            if isUnderstood {
                decoder.text.withLine(chain: chain) { rules.append($0, chain: chain, in: table) }
            } else {
                rules.append(nil, chain: chain, in: table)
            }
        }
    }
}

extension IPTablesPrograms {
    /// Digests of all chains of a family, for comparison with the desired ones, and all rules if requested.
    ///
    /// Read from the legacy back end's `iptables-save`; with the nft back end, from the kernel itself.
    package func programmed(
        _ family: IPFamily, keepingAllRules: Bool = false
    ) throws(IPTablesError) -> SavedRules {
        guard backend == .nft else {
            var rules = SavedRules(keepingAllRules: keepingAllRules)
            try save(family: family) { rules.append($0) }
            return rules
        }
        return try uninterrupted(family) { () throws(NetlinkError) in
            try KernelRules.read(family, keepingAllRules: keepingAllRules)
        }
    }

    /// What some chains of a family hold, with all of their rules. With the nft back end no other chain is read; the
    /// legacy back end knows whole tables only, and reads them all, whose rules are not kept then.
    package func programmed(
        _ family: IPFamily, chains: [Table: Set<String>]
    ) throws(IPTablesError) -> SavedRules {
        guard backend == .nft else {
            var rules = SavedRules(keeping: .chains(chains.values.reduce([]) { $0.union($1) }))
            try save(family: family) { rules.append($0) }
            return rules
        }
        return try uninterrupted(family) { () throws(NetlinkError) in
            try KernelRules.read(family, chains: chains)
        }
    }

    private func uninterrupted(
        _ family: IPFamily, _ body: () throws(NetlinkError) -> SavedRules
    ) throws(IPTablesError) -> SavedRules {
        do throws(NetlinkError) {
            return try KernelTables.uninterrupted(body)
        } catch {
            throw IPTablesError(error, reading: "the rules of \(family)")
        }
    }
}
