import CLinux
import Dataplane
import Glibc
import InternetAddresses
import Netlink

/// Looks whether our chains are still there; cheap enough to do it each second.
struct TableProbe {
    /// A chain that a table holds as long as nobody has emptied the table.
    private struct Witness {
        var table: Table
        var chain: String
        /// Whether the chain must have rules; the others only have to exist.
        var hasRules: Bool
    }

    private static let witnesses = [
        Witness(table: .mangle, chain: ChainName.canary, hasRules: false),
        Witness(table: .filter, chain: ChainName.canary, hasRules: false),
        Witness(table: .filter, chain: ChainName.forward, hasRules: true),
        Witness(table: .nat, chain: ChainName.canary, hasRules: false),
        Witness(table: .nat, chain: ChainName.postrouting, hasRules: true),
    ]

    let programs: IPTablesPrograms

    /// What is missing, such as `table nat (IPv4): chain KUBE-POSTROUTING`; empty when all is well.
    func damage(in family: IPFamily) throws(DataplaneError) -> [String] {
        var damage: [String] = []
        for witness in Self.witnesses where try !isThere(witness, family) {
            let what = witness.hasRules ? "rules of chain" : "chain"
            damage.append("table \(witness.table.rawValue) (\(family)): \(what) \(witness.chain)")
        }
        return damage
    }

    private func isThere(_ witness: Witness, _ family: IPFamily) throws(DataplaneError) -> Bool {
        switch programs.backend {
        case .legacy:
            guard let rules = try programs.list(witness.chain, in: witness.table, family: family) else { return false }
            return rules > 0 || !witness.hasRules
        case .nft:
            do throws(NetlinkError) {
                return witness.hasRules
                    ? try KernelTables.hasRules(witness.chain, in: witness.table, family)
                    : try KernelTables.hasChain(witness.chain, in: witness.table, family)
            } catch {
                throw DataplaneError(
                    error.isTransient ? .transient : .refused, "cannot look at the kernel's tables: \(error)",
                    cause: error)
            }
        }
    }
}

/// Questions to nf_tables, in which the nft back end keeps the tables of iptables.
enum KernelTables {
    /// `nft list chain ip nat KUBE-PROXY-CANARY`
    static func hasChain(_ chain: String, in table: Table, _ family: IPFamily) throws(NetlinkError) -> Bool {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
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

    /// Whether the chain exists and has a rule.
    static func hasRules(_ chain: String, in table: Table, _ family: IPFamily) throws(NetlinkError) -> Bool {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        let sequence = connection.nextSequence()
        let request = request(
            NFT_MSG_GETRULE, UInt16(NLM_F_REQUEST) | UInt16(NLM_F_DUMP), sequence, family
        ) { writer in
            writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.rawValue)
            writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain)
        }
        var count = 0
        try connection.dump(request, sequence: sequence) { _, _ in count += 1 }
        return count > 0
    }

    private static func request(
        _ type: nf_tables_msg_types, _ flags: UInt16, _ sequence: UInt32, _ family: IPFamily,
        _ attributes: (inout MessageWriter) -> Void
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue), flags: flags, sequence: sequence
        ) { writer in
            // struct nfgenmsg
            writer.append(contentsOf: [UInt8(family == .ipv4 ? AF_INET : AF_INET6), UInt8(NFNETLINK_V0), 0, 0])
            attributes(&writer)
        }
        return writer.bytes
    }
}
