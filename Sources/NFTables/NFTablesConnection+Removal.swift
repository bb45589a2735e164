import Glibc
package import Netlink

extension NFTablesConnection {
    /// Removes a table that exists, while packets pass through it: none finds it half removed.
    ///
    /// A packet that is in a chain already looks sets up as they are at that moment, and elements of maps go with their
    /// table (`nft_map_deactivate`). So the rules of the base chains go first, in a transaction of their own: otherwise
    /// a packet could find a Service without its frontends, and be refused.
    package mutating func remove(_ table: Table) throws(NetlinkError) {
        let entries = try chains(of: table).filter { $0.hook != nil }
        try commit("flush \(table)") { transaction in
            for chain in entries { transaction.flush(chain: chain.name, of: table) }
        }
        try commit("delete \(table)") { $0.delete(table) }
    }

    private mutating func commit(
        _ operation: String, _ write: (inout Transaction) -> Void
    ) throws(NetlinkError) {
        var transaction = begin()
        write(&transaction)
        do throws(TransactionError) { try commit(transaction) } catch {
            throw error.refusals.first?.error ?? NetlinkError(operation: operation, errno: EIO)
        }
    }
}
