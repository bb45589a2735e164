import CLinux
import InternetAddresses
import Netlink

extension IPTablesPrograms {
    /// The programs of the back end that the rest of the node uses.
    ///
    /// Kubelet leaves a hint in the table mangle. Without one, the back end with more rules is chosen, and nft
    /// in a tie. See https://github.com/kubernetes-sigs/iptables-wrappers. A back end counts as absent only if
    /// its programs are not installed or its kernel support is missing; any other failure is thrown, because
    /// it is inconclusive.
    package static func chosen(in directory: String? = nil) throws(IPTablesError) -> IPTablesPrograms {
        let nft = IPTablesPrograms(backend: .nft, directory: directory)
        let legacy = IPTablesPrograms(backend: .legacy, directory: directory)
        guard let hasHint = try nft.hasHint() else {
            guard try legacy.find(in: .mangle) != nil else { return try plain(in: directory) }
            return legacy
        }
        if hasHint { return nft }
        guard let legacyRules = try legacy.find() else { return nft }
        if legacyRules.hasHint { return legacy }
        return legacyRules.count > (try nft.ruleCount(limit: legacyRules.count)) ? legacy : nft
    }

    /// Whether kubelet has left its hint in the nft back end; `nil` where this back end is absent.
    ///
    /// The kernel is asked: the programs read every chain of every table for their answer, which takes seconds where
    /// there are many Services.
    private func hasHint() throws(IPTablesError) -> Bool? {
        guard directory == nil, let hint = try kernelHint() else { return try find(in: .mangle)?.hasHint }
        return hint
    }

    /// `nil` where the programs are missing or the kernel does not answer.
    private func kernelHint() throws(IPTablesError) -> Bool? {
        do throws(IPTablesError) { _ = try version() } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
        do throws(NetlinkError) {
            let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
            return try !KernelTables.families(withAnyOf: [.mangle: ChainName.ofKubelet], socket).isEmpty
        } catch {
            return nil
        }
    }

    /// How many rules the nft back end has; no more than `limit` are counted where the kernel tells.
    private func ruleCount(limit: Int) throws(IPTablesError) -> Int {
        guard limit > 0 else { return 0 }
        if directory == nil {
            do throws(NetlinkError) {
                var count = 0
                for family in IPFamily.allCases { count += try KernelTables.ruleCount(family, limit: limit) }
                return count
            } catch {
                // The programs may tell more.
            }
        }
        return try find()?.count ?? 0
    }

    /// Programs without a variant in their name, the only ones on some distributions.
    private static func plain(in directory: String?) throws(IPTablesError) -> IPTablesPrograms {
        let programs = IPTablesPrograms(backend: .nft, hasVariants: false, directory: directory)
        guard let version = try programs.version() else { return programs }
        // Since 1.8 the version names the back end; before, there was only one.
        guard version.lexicographicallyPrecedes([1, 8]) else { return programs }
        return IPTablesPrograms(backend: .legacy, hasVariants: false, directory: directory)
    }

    /// The rules of both families, in one table or in all; `nil` if this back end is absent.
    private func find(in table: Table? = nil) throws(IPTablesError) -> (hasHint: Bool, count: Int)? {
        var found: (hasHint: Bool, count: Int)?
        for family in IPFamily.allCases {
            guard let rules = try saveIfSupported(table, family: family) else { continue }
            let chains = rules.chains(in: .mangle)
            let hasHint = ChainName.ofKubelet.contains { chains.contains($0) }
            found = ((found?.hasHint ?? false) || hasHint, (found?.count ?? 0) + rules.ruleCount)
        }
        return found
    }
}
