import BlockingThreads
package import Dataplane
package import IPTables
package import InternetAddresses
import Netlink
package import ServiceRouting

/// The mode `ipvs`: virtual servers of the kernel's IPVS, and around them the sets, rules and addresses that kube-proxy
/// programs.
///
/// Everything is compared with what the kernel holds on a start, after a failure, and from time to time; only
/// differences are written. docs/ipvs.md explains it.
package actor IPVSDataplane: Dataplane {
    /// Netlink is spoken and programs are waited for here, on a thread that may block.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private nonisolated let executor: any SerialExecutor
    private let configuration: IPVSConfiguration
    private var kernel: KernelProgrammer?
    private var monitor: DeviceMonitor?
    private var lastLook = ContinuousClock.now
    private var lastDrainCheck = ContinuousClock.now

    /// How often to check whether the connections of removed endpoints have ended.
    private static let drainInterval = Duration.seconds(5)

    /// A data plane for the network namespace in which `executor` runs its jobs; they block its thread. Without one it
    /// makes a thread of its own, and throws a transient error where the system has none.
    package init(
        configuration: IPVSConfiguration = IPVSConfiguration(), executor: (any SerialExecutor)? = nil
    ) throws(DataplaneError) {
        self.configuration = configuration
        if let executor {
            self.executor = executor
        } else {
            do throws(ThreadError) { self.executor = try ThreadExecutor(name: "ipvs") } catch {
                throw DataplaneError(.transient, "\(error)", cause: error)
            }
        }
    }

    package func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport {
        let kernel = try readyKernel()
        let report = try kernel.synchronize(snapshot.routes)
        lastLook = .now
        monitor?.watch(kernel.deviceIndex)
        return report
    }

    package func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport {
        let kernel = try readyKernel()
        let report = try kernel.apply(change.entries)
        monitor?.watch(kernel.deviceIndex)
        return report
    }

    package func repair() async throws(DataplaneError) -> RepairReport? {
        _ = try readyKernel()
        guard let monitor else { return nil }
        while let note = await monitor.next() {
            do throws(DataplaneError) {
                if let report = try repairNow(note, monitor) { return report }
            } catch {
                // The damage is still there for the next attempt.
                monitor.post(note)
                throw error
            }
        }
        return nil
    }

    /// The interface that has the addresses of Services; they are no addresses of the node.
    package static var interfaceName: String { DeviceWriter.name }

    /// The chains and jumps that the mode programs, which the cleanup of another mode must leave alone while it is in
    /// force.
    package static let ownedRules = OwnedRules(
        jumps: IPVSChains.jumps,
        chains: Dictionary(uniqueKeysWithValues: Table.allCases.map { ($0, Set(IPVSChains.chains(in: $0))) }))

    /// Removes what this mode or kube-proxy has programmed: rules through either back end, sets, virtual servers, and
    /// the interface with its addresses. What the mode in force owns too stays. Nothing is removed where the mode never
    /// was.
    package static func cleanUp(
        keeping other: OwnedRules = OwnedRules(), excludedNetworks: [IPNetwork] = [],
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) {
        let configuration = IPVSConfiguration(excludedNetworks: excludedNetworks)
        try await IPVSDataplane(configuration: configuration, executor: executor).removeEverything(keeping: other)
    }

    // MARK: - On the thread

    /// Looks for damage: at once where the kernel has told of some, otherwise often enough to find it within the sync
    /// period; and ends the wait for the connections of removed endpoints.
    private func repairNow(
        _ note: DeviceMonitor.Note, _ monitor: DeviceMonitor
    ) throws(DataplaneError) -> RepairReport? {
        guard let kernel else { return nil }
        let now = ContinuousClock.now
        if now - lastDrainCheck >= Self.drainInterval {
            _ = try kernel.finishDraining()
            lastDrainCheck = now
        }
        var isDamaged = note == .damage || now - lastLook >= configuration.syncPeriod * 2 / 3
        if !isDamaged { isDamaged = try !kernel.ruleDamage().isEmpty }
        guard isDamaged else { return nil }
        let mended = try kernel.repair()
        lastLook = .now
        monitor.watch(kernel.deviceIndex)
        return mended.map { RepairReport(damage: $0.damage, culprit: nil, written: $0.report) }
    }

    private func readyKernel() throws(DataplaneError) -> KernelProgrammer {
        if let kernel { return kernel }
        let new = try KernelProgrammer(configuration)
        monitor = try DeviceMonitor(ownPort: new.addressPort)
        kernel = new
        return new
    }

    private func removeEverything(keeping other: OwnedRules) throws(DataplaneError) {
        try CleanUp(configuration, keeping: other).run()
    }
}
