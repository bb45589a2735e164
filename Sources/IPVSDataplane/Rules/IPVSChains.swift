import IPTables

/// The chains of the mode, and the rules that lead to them. Their names are kube-proxy's.
enum IPVSChains {
    static let nodePort = "KUBE-NODE-PORT"
    static let loadBalancer = "KUBE-LOAD-BALANCER"
    static let sourceRangesFirewall = "KUBE-SOURCE-RANGES-FIREWALL"
    static let filter = "KUBE-IPVS-FILTER"
    static let outFilter = "KUBE-IPVS-OUT-FILTER"

    static func chains(in table: Table) -> [String] {
        switch table {
        case .mangle: []
        case .filter:
            [
                ChainName.forward, filter, outFilter, nodePort, ChainName.loadBalancerFirewall, sourceRangesFirewall,
            ]
        case .nat:
            [loadBalancer, ChainName.markForMasquerade, nodePort, ChainName.postrouting, ChainName.services]
        }
    }

    /// In the order in which each is inserted at the top of its chain.
    static let jumps: [Jump] = [
        jump(.nat, "OUTPUT", "kubernetes service portals", ChainName.services),
        jump(.nat, "PREROUTING", "kubernetes service portals", ChainName.services),
        jump(.nat, "POSTROUTING", "kubernetes postrouting rules", ChainName.postrouting),
        jump(.filter, "FORWARD", "kubernetes forwarding rules", ChainName.forward),
        jump(.filter, "INPUT", "kubernetes health check rules", nodePort),
        jump(.filter, "INPUT", "kube-proxy firewall rules", ChainName.loadBalancerFirewall),
        jump(.filter, "FORWARD", "kube-proxy firewall rules", ChainName.loadBalancerFirewall),
        jump(.filter, "INPUT", "kubernetes ipvs access filter", filter),
        jump(.filter, "OUTPUT", "kubernetes ipvs access filter", outFilter),
    ]

    /// Chains that show whether the tables have been flushed.
    static let witnesses: [TableProbe.Witness] = {
        let filled: [(Table, [String])] = [
            (.filter, ["INPUT", "FORWARD", "OUTPUT", ChainName.forward, filter, nodePort, sourceRangesFirewall]),
            (
                .nat,
                [
                    "PREROUTING", "OUTPUT", "POSTROUTING", ChainName.services, ChainName.postrouting,
                    ChainName.markForMasquerade, loadBalancer,
                ]
            ),
        ]
        return filled.flatMap { table, chains in
            chains.map { TableProbe.Witness(table: table, chain: $0, hasRules: true) }
        }
    }()

    private static func jump(_ table: Table, _ from: String, _ comment: String, _ to: String) -> Jump {
        Jump(table: table, from: from, match: "-m comment --comment \"\(comment)\" ", to: to)
    }
}
