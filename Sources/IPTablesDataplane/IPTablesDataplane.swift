import BlockingThreads
package import Dataplane
package import IPTables
import InternetAddresses
import Netlink
package import ServiceRouting

/// The iptables mode: the rules that kube-proxy 1.36 programs, applied through `iptables-restore`.
///
/// A change writes the chains that it affects. A full sync compares all chains with the kernel's and writes those that
/// differ: at the start, after a failure, when our chains have been removed, and once an hour.
package actor IPTablesDataplane: Dataplane {
    /// A thread that may block: it waits for programs and for the kernel.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private nonisolated let executor: any SerialExecutor
    private let configuration: IPTablesConfiguration
    private let repairInterval: Duration
    private let fullSyncInterval: Duration

    private var programs: IPTablesPrograms?
    private var capabilities = Capabilities()
    private var nodePorts = NodePortAddresses()
    private var families: [FamilyProgrammer] = []
    /// Why a family cannot be programmed; determined anew at each ``synchronize(_:)``.
    private var absent: [IPFamily: String] = [:]
    private var lastFullSync = ContinuousClock.now
    private var listener: ChangeListener?

    /// A data plane for the network namespace in which `executor` runs its jobs, which block its thread. Without one it
    /// creates its own thread, and throws a transient error if the system refuses.
    ///
    /// `repairInterval` is the pause between checks in ``repair()``, `fullSyncInterval` the interval between
    /// unconditional full syncs.
    package init(
        configuration: IPTablesConfiguration = IPTablesConfiguration(),
        executor: (any SerialExecutor)? = nil, repairInterval: Duration = .seconds(1),
        fullSyncInterval: Duration = .seconds(3600)
    ) throws(DataplaneError) {
        self.configuration = configuration
        if let executor {
            self.executor = executor
        } else {
            do throws(ThreadError) { self.executor = try ThreadExecutor(name: "iptables") } catch {
                throw DataplaneError(.transient, "\(error)", cause: error)
            }
        }
        self.repairInterval = repairInterval
        self.fullSyncInterval = fullSyncInterval
    }

    package func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport {
        let routes = snapshot.routes
        nodePorts = snapshot.nodePorts
        // A module may have been loaded, or a program installed, since a family was found to be absent.
        if !absent.isEmpty { families = [] }
        let contexts = try prepare()
        lastFullSync = .now
        var report = try forEachFamily { family throws(IPTablesError) in
            guard let context = contexts[family.family] else { return ProgrammingReport() }
            return try family.synchronize(routes, context: context)
        }
        report.absences = absences(among: routes.lazy.map(\.key))
        return report
    }

    package func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport {
        if let nodePorts = change.nodePorts { self.nodePorts = nodePorts }
        let contexts = try prepare()
        var report = try forEachFamily { family throws(IPTablesError) in
            guard let context = contexts[family.family] else { return ProgrammingReport() }
            return try family.apply(change.entries, context: context)
        }
        report.absences = absences(among: change.entries.lazy.filter { $0.new != nil }.map(\.key))
        return report
    }

    package func repair() async throws(DataplaneError) -> RepairReport? {
        var pause = repairInterval
        while true {
            do { try await Task.sleep(for: pause) } catch { return nil }
            let start = ContinuousClock.now
            if let report = try repairNow() { return report }
            // The legacy back end reads whole tables for each check: spend at most a twentieth of the time on it.
            pause = max(repairInterval, (ContinuousClock.now - start) * 20)
        }
    }

    /// Removes the rules of this mode and of kube-proxy's iptables mode, in both back ends. Foreign rules stay.
    ///
    /// Back ends that are not installed are skipped. Rules shared with `other`, the mode in force, stay.
    package static func cleanUp(
        keeping other: OwnedRules = OwnedRules(), executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) {
        try await IPTablesDataplane(executor: executor).removeEverything(keeping: other)
    }

    /// The mode's chains and jumps, which another mode's cleanup must leave alone while this mode is in force.
    package static let ownedRules = OwnedRules(
        jumps: FixedRules.jumps,
        chains: Dictionary(
            uniqueKeysWithValues: Table.allCases.map { table in
                let shared = SharedChain.allCases.filter { $0.table == table }.map(\.name)
                return (table, Set(FixedRules.chains(in: table) + shared))
            }))

    /// Reads back the rules of this mode or kube-proxy's iptables mode. Missing families are skipped.
    package static func inspect(
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> [InspectedFrontend] {
        try await IPTablesDataplane(executor: executor).readBack()
    }

    /// Of the network namespace of the calling thread.
    package nonisolated func packetCounts() throws(DataplaneError) -> [PacketCounter: UInt64] {
        var counts: [PacketCounter: UInt64] = [:]
        do throws(NetlinkError) {
            for counter in PacketCounter.allCases { counts[counter] = try KernelCounters.packets(counter.rawValue) }
        } catch {
            throw DataplaneError(.transient, "cannot read the counters that rules name: \(error)", cause: error)
        }
        return counts
    }

    // MARK: - On the thread

    private func readBack() throws(DataplaneError) -> [InspectedFrontend] {
        try DataplaneError.wrapping { () throws(IPTablesError) in
            let programs = try IPTablesPrograms.chosen()
            var frontends: [InspectedFrontend] = []
            for family in IPFamily.allCases {
                do throws(IPTablesError) {
                    let rules = try programs.programmed(family, keepingAllRules: true)
                    frontends += RuleInspection(rules, family).frontends
                } catch {
                    guard error.isAbsence else { throw error }
                }
            }
            return frontends
        }
    }

    private func repairNow() throws(DataplaneError) -> RepairReport? {
        guard let programs, !families.isEmpty else { return nil }
        // Even if nothing is damaged: unread events are lost once the socket's buffer is full.
        let culprit = try culprit()
        let probe = TableProbe(programs: programs, witnesses: FixedRules.witnesses)
        var damage: [String] = []
        for family in families {
            damage += try DataplaneError.wrapping { () throws(IPTablesError) in try probe.damage(in: family.family) }
        }
        let isDue = ContinuousClock.now - lastFullSync > fullSyncInterval
        guard isDue || !damage.isEmpty else { return nil }
        let report = try forEachFamily { family throws(IPTablesError) in try family.synchronize() }
        // Only now: a failed sync stays due until one succeeds.
        lastFullSync = .now
        if damage.isEmpty { damage = families.flatMap(\.damage) }
        guard !damage.isEmpty || !report.refusals.isEmpty else { return nil }
        return RepairReport(damage: damage, culprit: culprit, written: report)
    }

    private func culprit() throws(DataplaneError) -> String? {
        do throws(NetlinkError) {
            return try listener?.lastWriter()
        } catch {
            throw DataplaneError(.transient, "cannot read who changed the kernel's tables: \(error)", cause: error)
        }
    }

    private func listen() throws(DataplaneError) {
        guard programs?.backend == .nft else { return }
        do throws(NetlinkError) { listener = try ChangeListener() } catch {
            throw DataplaneError(.transient, "cannot listen to changes of the kernel's tables: \(error)", cause: error)
        }
    }

    /// Runs `body` for both families even if one fails, and throws the failures as one.
    private func forEachFamily(
        _ body: (inout FamilyProgrammer) throws(IPTablesError) -> ProgrammingReport
    ) throws(DataplaneError) -> ProgrammingReport {
        listener = nil
        var report = ProgrammingReport()
        var failures: [DataplaneError] = []
        for index in families.indices {
            do throws(IPTablesError) {
                let part = try body(&families[index])
                report.messages += part.messages
                report.bytes += part.bytes
                report.refusals += part.refusals
                report.ruleCounts += part.ruleCounts
            } catch {
                failures.append(DataplaneError(error))
            }
        }
        if var failure = failures.first {
            failure.message = failures.map(\.message).joined(separator: "; ")
            throw failure
        }
        try listen()
        return report
    }

    /// The current context of each family's rules. The first call chooses the programs and applies the node settings.
    private func prepare() throws(DataplaneError) -> [IPFamily: RuleContext] {
        if programs == nil { try chooseProgramsAndCapabilities() }
        var contexts: [IPFamily: RuleContext] = [:]
        for family in IPFamily.allCases {
            contexts[family] = RuleContext(
                configuration, family: family, nodePorts: nodePorts, capabilities: capabilities)
        }
        guard let programs, families.isEmpty else { return contexts }
        if contexts[.ipv4]?.localhostNodePorts == true { try NodeSettings.allowLocalhostRouting() }
        if configuration.acceptsInvalidPackets { try NodeSettings.acceptPacketsOutsideWindow() }
        var found: [FamilyProgrammer] = []
        absent = [:]
        for family in IPFamily.allCases {
            guard let context = contexts[family] else { continue }
            do throws(IPTablesError) {
                try programs.checkSupport(of: family)
                found.append(FamilyProgrammer(programs: programs, context: context))
            } catch {
                // Any other failure is transient: the call is repeated, and the family is not given up.
                guard error.isAbsence else { throw DataplaneError(error) }
                absent[family] = error.message
            }
        }
        guard !found.isEmpty else {
            throw DataplaneError(.unsupported, Set(absent.values).sorted().joined(separator: "; "))
        }
        families = found
        return contexts
    }

    /// The families of routes that cannot be programmed, for example on a kernel without IPv6.
    private func absences(among keys: some Sequence<RouteKey>) -> [IPFamily: String] {
        absent.filter { family, _ in keys.contains { $0.family == family } }
    }

    private func chooseProgramsAndCapabilities() throws(DataplaneError) {
        let (programs, version) = try DataplaneError.wrapping { () throws(IPTablesError) in
            let programs = try IPTablesPrograms.chosen()
            return (programs, try programs.version())
        }
        if let version {
            capabilities.randomFully = !version.lexicographicallyPrecedes([1, 6, 2])
        }
        do throws(NetlinkError) {
            capabilities.counters = try KernelCounters.create(PacketCounter.allCases.map(\.rawValue))
        } catch {
            throw DataplaneError(
                error.isTransient ? .transient : .permission, "cannot make the counters that rules name: \(error)",
                cause: error)
        }
        self.programs = programs
    }

    private func removeEverything(keeping other: OwnedRules) throws(DataplaneError) {
        let familiesInNFT = Self.familiesInNFT()
        for backend in IPTablesPrograms.Backend.allCases {
            let programs = IPTablesPrograms(backend: backend)
            for family in IPFamily.allCases where backend != .nft || familiesInNFT.contains(family) {
                try DataplaneError.wrapping { () throws(IPTablesError) in
                    guard let saved = try programs.saveIfSupported(family: family) else { return }
                    let input = saved.cleanUp(keeping: other)
                    guard !input.isEmpty else { return }
                    try programs.restore(input.bytes, family: family)
                }
            }
        }
    }

    /// The families in which the nft back end has chains of ours, of kube-proxy or of kubelet. Asking the kernel is
    /// faster than running the programs.
    private static func familiesInNFT() -> Set<IPFamily> {
        do throws(NetlinkError) { return try KernelTables.families(withChainNamed: "KUBE-") } catch {
            // The programs will report the fault.
            return Set(IPFamily.allCases)
        }
    }
}

extension FamilyProgrammer {
    /// A short summary of the last full sync's writes, which may have been everything.
    fileprivate var damage: [String] {
        guard let first = changed.first else { return [] }
        let more = changed.count > 1 ? " and \(changed.count - 1) more" : ""
        return ["\(family): chain \(first)\(more)"]
    }
}
