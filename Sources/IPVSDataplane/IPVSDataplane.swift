import BlockingThreads
package import Dataplane
package import IPTables
package import InternetAddresses
import Netlink
package import ServiceRouting

/// The ipvs mode: virtual servers of the kernel's IPVS, with the sets, rules and addresses that kube-proxy programs.
///
/// Everything is compared with the kernel's state at the start, after a failure, and periodically; only differences are
/// written. docs/ipvs.md explains it.
package actor IPVSDataplane: Dataplane {
    /// A thread that may block: it uses netlink and waits for programs.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private nonisolated let executor: any SerialExecutor
    private let configuration: IPVSConfiguration
    private var kernel: KernelProgrammer?
    private var monitor: DeviceMonitor?
    private var lastLook = ContinuousClock.now
    private var lastDrainCheck = ContinuousClock.now

    /// How often to check whether the connections of removed endpoints have ended.
    private static let drainInterval = Duration.seconds(5)

    /// A data plane for the network namespace in which `executor` runs its jobs, which block its thread. Without one it
    /// creates its own thread, and throws a transient error if the system refuses.
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

    /// The interface with the addresses of Services, which are not addresses of the node.
    package static var interfaceName: String { DeviceWriter.name }

    /// The mode's chains and jumps, which another mode's cleanup must leave alone while this mode is in force.
    package static let ownedRules = OwnedRules(
        jumps: IPVSChains.jumps,
        chains: Dictionary(uniqueKeysWithValues: Table.allCases.map { ($0, Set(IPVSChains.chains(in: $0))) }))

    /// Removes what this mode or kube-proxy has programmed: rules through either back end, sets, virtual servers, and
    /// the interface with its addresses. Rules shared with the mode in force stay. Nothing is removed if the
    /// mode has never run.
    ///
    /// Waits for up to `patience` for active connections to end, for a mode whose rules are in force already; of that
    /// `settling` at least, for connections that are only being opened.
    package static func cleanUp(
        keeping other: OwnedRules = OwnedRules(), excludedNetworks: [IPNetwork] = [], patience: Duration = .zero,
        settling: Duration = .seconds(3), executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) {
        let configuration = IPVSConfiguration(excludedNetworks: excludedNetworks)
        let dataplane = try IPVSDataplane(configuration: configuration, executor: executor)
        try await dataplane.cleanUp(
            CleanUp(configuration, keeping: other, patience: patience, settling: settling))
    }

    // MARK: - On the thread

    /// Looks for damage: at once if the kernel has announced some, otherwise often enough to find it within the sync
    /// period. Also removes endpoints whose last connection has ended.
    private func repairNow(
        _ note: DeviceMonitor.Note, _ monitor: DeviceMonitor
    ) throws(DataplaneError) -> RepairReport? {
        guard let kernel, kernel.hasConverged else { return nil }
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

    private func cleanUp(_ cleanUp: CleanUp) throws(DataplaneError) { try cleanUp.run() }
}
