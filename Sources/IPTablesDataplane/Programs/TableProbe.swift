import Dataplane
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

    private static let witnesses: [Witness] = {
        let canaries = Table.allCases.map { Witness(table: $0, chain: ChainName.canary, hasRules: false) }
        // Each has a fixed rule of ours.
        let filled: [(Table, [String])] = [
            (.filter, ["INPUT", "FORWARD", "OUTPUT", ChainName.forward]),
            (
                .nat,
                [
                    "PREROUTING", "OUTPUT", "POSTROUTING", ChainName.services, ChainName.postrouting,
                    ChainName.markForMasquerade,
                ]
            ),
        ]
        return canaries
            + filled.flatMap { table, chains in
                chains.map { Witness(table: table, chain: $0, hasRules: true) }
            }
    }()

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
