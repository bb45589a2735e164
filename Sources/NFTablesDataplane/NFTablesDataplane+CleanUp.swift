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
                try connection.remove(table)
                let note = table.name == Layout.kubeProxyTableName ? "; if kube-proxy still runs here, stop it" : ""
                logger.notice("removed \(table)\(note)")
            }
        } catch {
            throw DataplaneError(error)
        }
    }
}
