import Dataplane
import InternetAddresses
import Logging
import NFTables
import Netlink
import ServiceRouting

/// The tables of all IP families that the kernel supports.
///
/// Belongs to one thread, that of the data plane's executor.
final class NFTablesProgrammer {
    let link: KernelLink
    private let configuration: DataplaneConfiguration
    private(set) var families: [FamilyProgrammer]
    private var isPreparing = false

    init(
        _ transport: any NetlinkTransport, _ configuration: DataplaneConfiguration, _ logger: Logger,
        open: EndpointReading.Opener? = nil
    ) {
        let link = KernelLink(transport, logger, open: open)
        self.link = link
        self.configuration = configuration
        families = IPFamily.allCases.map { FamilyProgrammer($0, link, configuration) }
    }

    /// Checks that the kernel supports what is needed. A missing IP family is skipped with a warning.
    ///
    /// Throws with code `permission` or `unsupported`, naming the kernel option that is missing.
    func probe() throws(DataplaneError) {
        let present = try link.probe()
        families.removeAll { !present.contains($0.table.family) }
    }

    /// Programs routes in new tables, which no packet reaches before ``synchronize(_:)``; existing ones stay as they
    /// are. Call it before that only. After a failure, ``synchronize(_:)`` starts from the beginning.
    func prepare(_ change: RoutingChange) throws(DataplaneError) {
        if !isPreparing { try link.beginCounting() }
        isPreparing = true
        for index in families.indices { try families[index].prepare(change) }
    }

    func synchronize(_ snapshot: RoutingSnapshot) throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        if !isPreparing { try link.beginCounting() }
        isPreparing = false
        for index in families.indices { try families[index].synchronize(snapshot, &report) }
        return report
    }

    func apply(_ change: RoutingChange) throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        for index in families.indices { try families[index].apply(change, &report) }
        return report
    }

    /// Compares with the kernel and repairs the difference. `nil` if there was none.
    func repair(culprit: String?) throws(DataplaneError) -> RepairReport? {
        var report = RepairReport(damage: [], culprit: culprit, written: ProgrammingReport())
        for index in families.indices { report.damage += try families[index].repair(&report.written) }
        return report.damage.isEmpty ? nil : report
    }
}
