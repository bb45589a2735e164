import CLinux
package import Dataplane
import Glibc
import InternetAddresses
package import Logging
import NFTables
import Netlink

extension NFTablesDataplane {
    /// Tables that may be removed.
    package enum Tables: Sendable, Hashable {
        case ours
        /// Those of kube-proxy's nftables mode.
        case kubeProxys
        case both

        fileprivate var names: [String] {
            switch self {
            case .ours: [Layout.tableName]
            case .kubeProxys: [Layout.kubeProxyTableName]
            case .both: [Layout.tableName, Layout.kubeProxyTableName]
            }
        }
    }

    /// Removes tables from this network namespace, if there are any.
    ///
    /// Blocks for a moment.
    package static func cleanUp(_ tables: Tables, logger: Logger) throws(DataplaneError) {
        do throws(NetlinkError) {
            var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            let names = tables.names
            for table in IPFamily.allCases.flatMap({ family in names.map { Table(family: family, name: $0) } }) {
                guard try connection.contains(table) else { continue }
                // A packet that is in a chain already looks sets up as they are at that moment: the sets outlast the
                // rules, so that it does not find a Service without its frontends.
                let entries = try connection.chains(of: table).filter { $0.hook != nil }
                try commit(&connection, "flush \(table)") { transaction in
                    for chain in entries { transaction.flush(chain: chain.name, of: table) }
                }
                try commit(&connection, "delete \(table)") { $0.delete(table) }
                let note = table.name == Layout.kubeProxyTableName ? "; if kube-proxy still runs here, stop it" : ""
                logger.notice("removed \(table)\(note)")
            }
        } catch {
            throw DataplaneError(error)
        }
    }

    private static func commit(
        _ connection: inout NFTablesConnection, _ operation: String, _ write: (inout Transaction) -> Void
    ) throws(NetlinkError) {
        var transaction = connection.begin()
        write(&transaction)
        do throws(TransactionError) { try connection.commit(transaction) } catch {
            throw error.refusals.first?.error ?? NetlinkError(operation: operation, errno: EIO)
        }
    }
}
