import IPTables
import InternetAddresses
import Netlink

extension IPTablesPrograms {
    /// All chains, and the rules that the kernel's own chains hold.
    ///
    /// The nft back end saves slowly. There the kernel is asked for the chains, and the program for a few of them.
    func existing(family: IPFamily) throws(IPTablesError) -> SavedRules {
        guard backend == .nft else { return try save(family: family) }
        var rules = SavedRules()
        for table in Table.allCases {
            do throws(NetlinkError) { rules.insert(try KernelTables.chains(in: table, family), in: table) } catch {
                throw IPTablesError(error, reading: "the chains of table \(table.rawValue)")
            }
            rules.append("*\(table.rawValue)\n".utf8)
            for chain in Set(FixedRules.jumps.lazy.filter { $0.table == table }.map(\.from)) {
                _ = try list(chain, in: table, family: family) { rules.append($0) }
            }
        }
        return rules
    }
}
