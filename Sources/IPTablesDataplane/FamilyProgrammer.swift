import BlockingThreads
import Dataplane
import IPTables
import InternetAddresses
import ServiceRouting

/// Programs the tables of one IP family. Blocks the calling thread while programs run.
struct FamilyProgrammer {
    private let programs: IPTablesPrograms
    private var table: RuleTable
    /// Whether the kernel's rules are unknown: at the start, and after a failure.
    private(set) var needsFullSync = true
    /// The chains that the last full sync had to write or remove, such as `nat KUBE-SERVICES`.
    private(set) var changed: [String] = []

    /// The number of refusals after which a full sync fails.
    private static let attemptLimit = 64

    init(programs: IPTablesPrograms, context: RuleContext) {
        self.programs = programs
        table = RuleTable(context: context)
    }

    var family: IPFamily { table.context.family }

    /// Makes the kernel hold exactly these routes.
    mutating func synchronize(
        _ routes: some Sequence<ServicePortRoute>, context: RuleContext
    ) throws(IPTablesError) -> ProgrammingReport {
        needsFullSync = true
        // Both take about as long, and neither needs the other.
        let (existing, _) = OwnedThread.both(name: "rules-reader") { [programs, family] in
            Result { () throws(IPTablesError) in try programs.programmed(family) }
        } and: {
            table.replace(routes, context: context)
        }
        return try synchronize(over: try existing.get())
    }

    /// Applies changes to the kernel; a changed context means a full sync.
    mutating func apply(
        _ entries: some Sequence<RoutingChange.Entry>, context: RuleContext
    ) throws(IPTablesError) -> ProgrammingReport {
        let edits = table.edits(entries.lazy.filter { [family] in $0.key.family == family })
        let input = table.input(for: edits)
        table.commit(edits)
        guard context == table.context else { return try synchronize(Array(table.routes), context: context) }
        // One input with many Services takes longer than a full sync in stages.
        if needsFullSync || edits.count > programs.stageSize / 20 { return try synchronize() }
        guard !input.isEmpty else { return ProgrammingReport() }
        let bytes = input.bytes
        do throws(IPTablesError) {
            try programs.restore(bytes, family: family)
        } catch {
            // Some tables may have been committed, and chains that the input refers to may have been removed.
            return try synchronize(after: error)
        }
        var report = ProgrammingReport(messages: input.lineCount, bytes: bytes.count)
        report.ruleCounts = table.ruleCounts.report(family, written: RuleCounts(input))
        return report
    }

    private mutating func synchronize(after refusal: IPTablesError) throws(IPTablesError) -> ProgrammingReport {
        do throws(IPTablesError) {
            return try synchronize()
        } catch {
            guard error.message != refusal.message else { throw error }
            throw IPTablesError(
                error.code, "\(error.message); the change before that was refused: \(refusal.message)",
                output: error.output, cause: error)
        }
    }

    /// Compares all chains with the kernel's and writes those that differ. A refused route is omitted until it changes.
    mutating func synchronize() throws(IPTablesError) -> ProgrammingReport {
        needsFullSync = true
        return try synchronize(over: try programs.programmed(family))
    }

    /// As ``synchronize()``, where the kernel holds `existing`.
    private mutating func synchronize(over existing: SavedRules) throws(IPTablesError) -> ProgrammingReport {
        changed = []
        var sync = FullSync(table, existing: existing, stageSize: programs.stageSize)
        var report = ProgrammingReport()
        var attempts = 0
        var written = RuleCounts()
        while let input = sync.next() {
            let bytes = input.bytes
            report.messages += input.lineCount
            report.bytes += bytes.count
            do throws(IPTablesError) {
                if !input.isEmpty { try programs.restore(bytes, family: family) }
                written = written + RuleCounts(input)
                sync.advance()
            } catch {
                attempts += 1
                guard let line = error.line, attempts < Self.attemptLimit else { throw error }
                switch sync.remedy(refusedAt: line, of: input) {
                case .withoutRoute(let route):
                    report.refusals.append(ProgrammingReport.Refusal(route: route, reason: error.reason))
                case .smaller: break
                case .none: throw error
                }
            }
        }
        table = sync.table
        changed = sync.changed
        needsFullSync = false
        report.ruleCounts = table.ruleCounts.report(family, written: written)
        return report
    }
}
