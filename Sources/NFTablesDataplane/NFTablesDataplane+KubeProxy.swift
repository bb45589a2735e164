import Dataplane
import InternetAddresses
import NFTables
import Netlink
import ServiceRouting

extension NFTablesDataplane {
    /// Compares kube-proxy's own tables with a snapshot. Blocks while it reads.
    static func kubeProxyAudit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ link: KernelLink
    ) throws(DataplaneError) -> KernelAudit {
        let places = Set(
            snapshot.routes.flatMap { route in route.frontends.map { InspectedFrontend($0, of: route).place } })
        var audit = KernelAudit(isProgrammed: false)
        audit.isKubeProxys = true
        var found: [InspectedFrontend] = []
        for family in IPFamily.allCases {
            let name = Table(family: family, name: Layout.kubeProxyTableName)
            let table = try link.uninterrupted(name) { (connection) throws(NetlinkError) in
                scope.isWhole
                    ? try KubeProxyTable.whole(name, &connection)
                    : try KubeProxyTable.part(name, of: places, &connection)
            }
            guard let table else { continue }
            audit.isProgrammed = true
            found += table.frontends
            audit.damage += table.missingChains.map { KernelAudit.Damage("chain \($0) in \(name)") }
        }
        audit.discrepancies = FrontendDiscrepancy.all(found, against: snapshot)
        audit.frontendCount = found.count
        return audit
    }
}
