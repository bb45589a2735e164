package import InternetAddresses
import Netlink

/// Checks that our chains still exist; cheap enough for once a second.
package struct TableProbe: Sendable {
    /// A chain that exists unless its table has been flushed.
    package struct Witness: Sendable, Hashable {
        var table: Table
        var chain: String
        /// Whether the chain must have rules; otherwise it only has to exist.
        var hasRules: Bool

        /// A chain that must exist, with rules or without.
        package init(table: Table, chain: String, hasRules: Bool) {
            self.table = table
            self.chain = chain
            self.hasRules = hasRules
        }
    }

    private let programs: IPTablesPrograms
    private let witnesses: [Witness]

    /// A probe of the tables that `programs` write.
    package init(programs: IPTablesPrograms, witnesses: [Witness]) {
        self.programs = programs
        self.witnesses = witnesses
    }

    /// What is missing, such as `table nat (IPv4): chain KUBE-POSTROUTING`; empty if nothing is.
    package func damage(in family: IPFamily) throws(IPTablesError) -> [String] {
        var damage: [String] = []
        for witness in witnesses where try !isThere(witness, family) {
            let what = witness.hasRules ? "rules of chain" : "chain"
            damage.append("table \(witness.table.rawValue) (\(family)): \(what) \(witness.chain)")
        }
        return damage
    }

    private func isThere(_ witness: Witness, _ family: IPFamily) throws(IPTablesError) -> Bool {
        switch programs.backend {
        case .legacy:
            guard let rules = try programs.list(witness.chain, in: witness.table, family: family) else { return false }
            return rules > 0 || !witness.hasRules
        case .nft:
            do throws(NetlinkError) {
                guard witness.hasRules else {
                    return try KernelTables.hasChain(witness.chain, in: witness.table, family)
                }
                return try KernelTables.uninterrupted { () throws(NetlinkError) in
                    try KernelTables.hasRules(witness.chain, in: witness.table, family)
                }
            } catch {
                throw IPTablesError(error, reading: "the kernel's tables")
            }
        }
    }
}
