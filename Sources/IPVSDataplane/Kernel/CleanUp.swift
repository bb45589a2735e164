import CLinux
import Dataplane
import Glibc
import IPSet
import IPTables
import IPVS
import InternetAddresses
import Netlink
import Routes

/// Removes what the mode has programmed. Blocks; loads no kernel modules just to look.
struct CleanUp {
    private let configuration: IPVSConfiguration
    private let other: OwnedRules
    /// How long connections through virtual servers may take to end once new ones no longer come there.
    private let patience: Duration
    /// How much of it passes in any case: connections that are only being opened do not count as active.
    private let settling: Duration

    init(
        _ configuration: IPVSConfiguration, keeping other: OwnedRules, patience: Duration = .zero,
        settling: Duration = .zero
    ) {
        self.configuration = configuration
        self.other = other
        self.patience = patience
        self.settling = min(patience, settling)
    }

    /// Rules before sets, because sets that rules refer to cannot be removed; the interface last, because it is the
    /// evidence that virtual servers are ours.
    ///
    /// With patience, new connections that still come to virtual servers are first led to this machine's own sockets:
    /// without the rules, they would reach endpoints unmasqueraded. Virtual servers and the interface stay if the task
    /// is cancelled while it waits for connections to end, or if another process has begun to program this mode
    /// meanwhile.
    func run() throws(DataplaneError) {
        let socket = try DataplaneError.wrapping("cannot reach the kernel") { () throws(NetlinkError) in
            try NetlinkSocket(family: NETLINK_ROUTE)
        }
        var routes = RoutesConnection(socket)
        let link = try DataplaneError.wrapping("cannot list interfaces") { () throws(NetlinkError) in
            try routes.link(named: DeviceWriter.name)
        }
        let hasServers = link?.kind == "dummy"
        if hasServers, patience > .zero { try divertServers() }
        let netfilter = Result { () throws(NetlinkError) in try NetlinkSocket(family: NETLINK_NETFILTER) }
        let familiesInNFT = familiesInNFT(netfilter)
        for backend in IPTablesPrograms.Backend.allCases {
            for family in IPFamily.allCases where backend != .nft || familiesInNFT.contains(family) {
                try removeRules(IPTablesPrograms(backend: backend), family)
            }
        }
        let rest = try removeSets(netfilter)
        guard hasServers, try removeServers(unlessSetsBeside: rest) else { return }
        try DataplaneError.wrapping("cannot remove \(DeviceWriter.name)") { () throws(NetlinkError) in
            var changes = RouteChanges()
            changes.deleteLink(named: DeviceWriter.name)
            if let refusal = try routes.send(&changes)[0], refusal.errno != ENODEV { throw refusal }
        }
    }

    private func removeRules(_ programs: IPTablesPrograms, _ family: IPFamily) throws(DataplaneError) {
        try DataplaneError.wrapping { () throws(IPTablesError) in
            guard let saved = try programs.saveIfSupported(family: family) else { return }
            let input = input(saved)
            if !input.isEmpty { try programs.restore(input.bytes, family: family) }
        }
    }

    /// The families in which the mode may have run here with the nft back end. `iptables-nft-save` takes ten seconds
    /// for iptables mode's rules for 5,000 Services; the kernel lists the chains at once.
    private func familiesInNFT(_ socket: Result<NetlinkSocket, NetlinkError>) -> Set<IPFamily> {
        do throws(NetlinkError) {
            return try KernelTables.families(withAnyOf: IPVSChains.evidence, socket.get())
        } catch {
            // The programs will report the fault.
            return Set(IPFamily.allCases)
        }
    }

    /// Removes our jumps and chains, except those of the mode in force. A chain that a foreign rule leads
    /// to is only emptied.
    func input(_ saved: SavedRules) -> RestoreInput<Never> {
        var input = RestoreInput<Never>()
        guard IPVSChains.isEvident(in: saved) else { return input }
        for table in [Table.filter, .nat] {
            let kept = Set(other.jumps.lazy.filter { $0.table == table }.map(\.rule))
            let jumps = IPVSChains.jumps.filter { $0.table == table && !kept.contains($0.rule) }
            for jump in jumps where saved.contains(jump.rule, in: table) { input.add("-D \(jump.rest)", in: table) }
            let ours = Set(jumps.map(\.rule))
            let foreign = saved.rules(in: table).filter { !ours.contains($0) }
            for chain in IPVSChains.chains(in: table)
            where saved.chains(in: table).contains(chain) && other.chains[table]?.contains(chain) != true {
                input.declare(chain, in: table)
                // Leftover chains of iptables mode may lead there too; its own cleanup removes them.
                let isShared = chain == ChainName.markForMasquerade && saved.hasServiceChains
                let isUsed = isShared || foreign.contains { $0.split(separator: " ").contains(Substring(chain)) }
                if !isUsed { input.remove(chain, in: table) }
            }
        }
        return input
    }

    /// Returns the sets that stay because a foreign rule refers to them.
    private func removeSets(_ socket: Result<NetlinkSocket, NetlinkError>) throws(DataplaneError) -> Set<String> {
        do throws(NetlinkError) {
            var sets = IPSetConnection(try socket.get())
            let names = try Self.ownSets(&sets).sorted()
            var changes = SetChanges()
            for name in names { changes.destroy(name) }
            let refusals = try sets.send(&changes)
            if let refusal = refusals.values.first(where: { $0.errno != ENOENT && !$0.isSetInUse }) { throw refusal }
            return Set(refusals.filter { $0.value.isSetInUse }.map { names[$0.key] })
        } catch {
            // A kernel without sets has none of ours.
            guard ![EINVAL, EOPNOTSUPP, EPROTONOSUPPORT].contains(error.errno) else { return [] }
            throw DataplaneError(error, "cannot remove sets")
        }
    }

    private static func ownSets(_ sets: inout IPSetConnection) throws(NetlinkError) -> Set<String> {
        Set(try sets.headers().map(\.name)).intersection(SetID.all.map(\.kernelName))
    }

    /// Whether there are sets other than `rest`, which a process in this mode creates before virtual servers.
    private func hasReturned(beside rest: Set<String>) throws(DataplaneError) -> Bool {
        do throws(NetlinkError) {
            var sets = IPSetConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            return try !Self.ownSets(&sets).isSubset(of: rest)
        } catch {
            guard ![EINVAL, EOPNOTSUPP, EPROTONOSUPPORT].contains(error.errno) else { return false }
            throw DataplaneError(error, "cannot read sets")
        }
    }

    /// Asking for the family of IPVS would load its module.
    private static var isLoaded: Bool { access("/proc/net/ip_vs", F_OK) == 0 }

    private func divertServers() throws(DataplaneError) {
        guard Self.isLoaded else { return }
        var writer = try serverWriter()
        try writer.divert(try writer.read(configuration))
    }

    private func serverWriter() throws(DataplaneError) -> ServerWriter {
        try ServerWriter(
            try DataplaneError.wrapping("cannot reach the kernel") { () throws(NetlinkError) in
                try NetlinkSocket(family: NETLINK_GENERIC)
            })
    }

    /// Returns whether all are gone.
    private func removeServers(unlessSetsBeside rest: Set<String>) throws(DataplaneError) -> Bool {
        guard Self.isLoaded else { return true }
        var writer = try serverWriter()
        var report = ProgrammingReport()
        var servers = try writer.read(configuration)
        // The kernel drops the packets of connections whose real server is gone. What goes to this machine's own
        // sockets outlives its virtual server, after one dropped packet.
        let start = ContinuousClock.now
        while !servers.isEmpty, case let waited = ContinuousClock.now - start, waited < patience,
            waited < settling || servers.values.contains(where: \.hasActiveConnections)
        {
            guard !Task.isCancelled else { return false }
            guard try !hasReturned(beside: rest) else { return false }
            usleep(100_000)
            servers = try writer.read(configuration)
        }
        guard try !hasReturned(beside: rest) else { return false }
        try writer.remove(Array(servers.keys), &report)
        return true
    }
}

extension KernelState.Server {
    fileprivate var hasActiveConnections: Bool {
        realServers.contains { $0.activeConnections > 0 && $0.server.key != server.key.itself }
    }
}

extension IPVSChains {
    /// The chains that only this mode has.
    fileprivate static let evidence: [Table: [String]] = [
        .filter: [filter, outFilter, nodePort, sourceRangesFirewall], .nat: [loadBalancer, nodePort],
    ]

    /// Whether the mode has run here.
    fileprivate static func isEvident(in saved: SavedRules) -> Bool {
        evidence.contains { table, names in !saved.chains(in: table).isDisjoint(with: names) }
    }
}

extension SavedRules {
    /// Whether there are chains of single Services, which iptables mode programs.
    fileprivate var hasServiceChains: Bool {
        chains(in: .nat).contains { $0.hasPrefix("KUBE-SVC-") || $0.hasPrefix("KUBE-SEP-") }
    }
}
