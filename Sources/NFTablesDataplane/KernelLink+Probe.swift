import Dataplane
import Glibc
import InternetAddresses
import KubernetesAPI
import Logging
import NFTables
import Netlink
import ServiceRouting

/// Checks that this kernel supports what the table needs.
extension KernelLink {
    /// Tries everything in a table that the same transaction deletes. Returns the IP families that the kernel supports,
    /// with a warning for a missing one.
    ///
    /// Throws with code `permission` or `unsupported`, naming the kernel option that is missing.
    func probe() throws(DataplaneError) -> [IPFamily] {
        do throws(NetlinkError) {
            _ = try connection.generation()
        } catch {
            // nfnetlink's answer for an unregistered subsystem.
            guard error.errno == EINVAL || error.errno == EOPNOTSUPP else { throw DataplaneError(error) }
            throw DataplaneError(
                .unsupported,
                "this kernel has no nf_tables: load the module (modprobe nf_tables), or use a kernel with "
                    + "CONFIG_NF_TABLES",
                cause: error)
        }
        var present: [IPFamily] = []
        for family in IPFamily.allCases {
            guard let error = attempt(Self.everything(family), family) else {
                present.append(family)
                continue
            }
            try judge(error, family)
        }
        return present
    }

    /// Throws, unless only IPv6 is missing.
    private func judge(_ error: TransactionError, _ family: IPFamily) throws(DataplaneError) {
        if error.refusals.contains(where: { $0.error.errno == EPERM }) {
            throw DataplaneError(.permission, "nf_tables: \(error)", cause: error)
        }
        if attempt([], family) != nil {
            guard family == .ipv6 else {
                throw DataplaneError(
                    .unsupported, "this kernel has no nf_tables for IPv4 (CONFIG_NF_TABLES_IPV4): \(error)")
            }
            logger.warning(
                "this kernel has no nf_tables for IPv6 (CONFIG_NF_TABLES_IPV6): only IPv4 Services are served")
            return
        }
        let missing = Self.features(family).filter { attempt([$0.chain], family) != nil }
        guard !missing.isEmpty else { throw DataplaneError(.unsupported, "nf_tables: \(error)", cause: error) }
        let names = missing.map { "\($0.what) (\($0.option))" }.joined(separator: ", ")
        throw DataplaneError(.unsupported, "this kernel lacks what nftables mode needs: \(names)", cause: error)
    }

    /// Tries chains with their rules; `nil` if the kernel accepts them.
    private func attempt(_ chains: [(chain: Chain, rules: [Rule])], _ family: IPFamily) -> TransactionError? {
        let table = Table(family: family, name: "servicelet-probe")
        var transaction = connection.begin()
        transaction.add(table)
        if !chains.isEmpty {
            for set in Layout.sets + [Self.sticky.affinity] { transaction.add(set, to: table) }
        }
        for (chain, _) in chains { transaction.add(chain, to: table) }
        for (chain, rules) in chains {
            for rule in rules { transaction.add(rule, to: chain.name, of: table) }
        }
        transaction.delete(table)
        do throws(TransactionError) {
            try connection.commit(transaction)
            return nil
        } catch {
            return error
        }
    }

    private static func everything(_ family: IPFamily) -> [(chain: Chain, rules: [Rule])] {
        // With a pod network, so that the rules about it are included.
        let pods = LocalTraffic.networks(["10.0.0.0/8", "fd00::/8"].compactMap { IPNetwork($0) })
        let context = LayoutContext(family, DataplaneConfiguration(localTraffic: pods))
        let classes = [RouteClass.Masquerade.outsiders, .thisNode].map { masquerade in
            RouteClass(action: .pick(count: 1, .local), masquerade: masquerade, mayHairpin: true, isGuarded: true)
        }
        let route = RouteKey(
            name: ServicePortName(
                service: NamespacedName(namespace: "", name: ""), port: "", transport: .tcp), family: family)
        let list = StickyList(route: route, backends: .cluster, count: 1, timeout: 1)
        return Layout.rules(context) + [(sticky.chain, list.rules(sticky, context))]
            + classes.compactMap { routeClass in routeClass.chain.map { ($0, routeClass.rules(context)) } }
    }

    private static let sticky = StickyNumber(rawValue: 1)

    private struct Feature {
        var what: String
        var option: String
        var chain: (chain: Chain, rules: [Rule])
    }

    private static func features(_ family: IPFamily) -> [Feature] {
        let nat = Chain("nat", hook: .init(.postrouting, priority: 100))
        let plain = Chain("plain")
        let key = Layout.frontend
        let random = [Field.random(modulus: 1, offset: 0)]
        let features: [(String, String, Chain, [Statement])] = [
            ("sets and maps", "CONFIG_NF_TABLES", plain, [.isIn([.destinationAddress], set: Layout.clusterIPs.name)]),
            ("NAT chains", "CONFIG_NFT_NAT", nat, []),
            ("dnat", "CONFIG_NFT_NAT", plain, [.dnat(key + [.priority], map: Layout.endpoints.name)]),
            ("random numbers", "CONFIG_NFT_NUMGEN", plain, [.dnat(key + random, map: Layout.endpoints.name)]),
            ("masquerading", "CONFIG_NFT_MASQ", nat, [.masquerade]),
            ("refusals", "CONFIG_NFT_REJECT", plain, [.reject(.portUnreachable(family))]),
            ("address types", "CONFIG_NFT_FIB_INET", nat, [.isFromThisNode]),
        ]
        return features.map { what, option, chain, statements in
            Feature(what: what, option: option, chain: (chain, [Rule(statements)]))
        }
    }
}
