import Dataplane
import InternetAddresses

extension IPTablesPrograms {
    /// The programs that the rest of the node uses.
    ///
    /// Kubelet leaves a hint in the table mangle. Without one, the back end with more rules is taken, and of two equal ones
    /// nft. See https://github.com/kubernetes-sigs/iptables-wrappers.
    static func chosen() throws(DataplaneError) -> IPTablesPrograms {
        let nft = IPTablesPrograms(backend: .nft)
        let legacy = IPTablesPrograms(backend: .legacy)
        guard let nftHints = try nft.find(in: .mangle) else {
            guard try legacy.find(in: .mangle) != nil else { return try plain() }
            return legacy
        }
        if nftHints.hasHint { return nft }
        guard let legacyRules = try legacy.find() else { return nft }
        if legacyRules.hasHint { return legacy }
        let nftCount = legacyRules.count == 0 ? 0 : try nft.find()?.count ?? 0
        return legacyRules.count > nftCount ? legacy : nft
    }

    /// Programs without a variant in their name: all that there is on some distributions.
    private static func plain() throws(DataplaneError) -> IPTablesPrograms {
        let programs = IPTablesPrograms(backend: .nft, hasVariants: false)
        // Since 1.8 the version tells the back end; before, there was only one.
        guard let version = try programs.version(), version.lexicographicallyPrecedes([1, 8]) else { return programs }
        return IPTablesPrograms(backend: .legacy, hasVariants: false)
    }

    /// What both families hold, in one table or in all; `nil` where the programs of this back end are not there.
    private func find(in table: Table? = nil) throws(DataplaneError) -> (hasHint: Bool, count: Int)? {
        var found: (hasHint: Bool, count: Int)?
        for family in IPFamily.allCases {
            guard let rules = try saveIfInstalled(table, family: family) else { continue }
            let chains = rules.chains(in: .mangle)
            let hasHint = ChainName.ofKubelet.contains { chains.contains($0) }
            found = ((found?.hasHint ?? false) || hasHint, (found?.count ?? 0) + rules.ruleCount)
        }
        return found
    }
}
