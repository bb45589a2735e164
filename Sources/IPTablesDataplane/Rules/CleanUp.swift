import IPTables
import InternetAddresses
import ServiceRouting

extension SavedRules {
    /// The input that removes exactly what this mode or kube-proxy's iptables mode has programmed.
    ///
    /// KUBE-FIREWALL, which kubelet shares, stays on nodes with a kubelet. A chain that a foreign rule jumps to stays,
    /// without its rules. Rules shared with `other`, the mode in force, are left alone.
    func cleanUp(keeping other: OwnedRules = OwnedRules()) -> RestoreInput<RouteKey> {
        var input = RestoreInput<RouteKey>()
        let kubelet = ChainName.ofKubelet.contains { chains(in: .mangle).contains($0) }
        let jumps = FixedRules.jumps.filter { !kubelet || !$0.isKubelets }
        for table in Table.allCases {
            let kept = Set(other.jumps.lazy.filter { $0.table == table }.map(\.rule))
            let ours = Set(jumps.lazy.filter { $0.table == table }.map(\.rule)).subtracting(kept)
            let foreign = rules(in: table).filter { !ours.contains($0) }
            for rule in rules(in: table) where ours.contains(rule) {
                input.add("-D \(rule.dropFirst(3))", in: table)
            }
            var chains = FixedRules.chains(in: table)
            chains += SharedChain.allCases.filter { $0.table == table }.map(\.name)
            if table == .filter, !kubelet { chains.append(ChainName.localhostFirewall) }
            let existing = self.chains(in: table).subtracting(other.chains[table] ?? [])
            for chain in chains where existing.contains(chain) { input.cleanUp(chain, in: table, foreign: foreign) }
            guard table == .nat else { continue }
            for chain in existing.filter(ChainName.isOfService).sorted() {
                input.declare(chain, in: table)
                input.remove(chain, in: table)
            }
        }
        return input
    }
}

extension RestoreInput where Owner == RouteKey {
    fileprivate mutating func cleanUp(_ chain: String, in table: Table, foreign: [String]) {
        declare(chain, in: table)
        let isUsed = foreign.contains { $0.split(separator: " ").contains(Substring(chain)) }
        if !isUsed { remove(chain, in: table) }
    }
}
