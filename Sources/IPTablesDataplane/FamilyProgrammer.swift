import Dataplane
import IPTables
import InternetAddresses
import ServiceRouting

/// Keeps the tables of one IP family as the routes want them. Blocks the calling thread while programs run.
struct FamilyProgrammer {
    private let programs: IPTablesPrograms
    private var table: RuleTable
    /// Whether the kernel may hold anything: at the start, and after a failure.
    private(set) var needsFullSync = true

    /// After so many refusals everything is given up, until the next try.
    private static let attemptLimit = 64

    init(programs: IPTablesPrograms, context: RuleContext) {
        self.programs = programs
        table = RuleTable(context: context)
    }

    var family: IPFamily { table.context.family }

    /// Makes the kernel hold these routes and no others.
    mutating func synchronize(
        _ routes: some Sequence<ServicePortRoute>, context: RuleContext
    ) throws(DataplaneError) -> ProgrammingReport {
        table.replace(routes, context: context)
        return try synchronize()
    }

    /// Makes the kernel follow some changes, under a context that may be another than before.
    mutating func apply(
        _ entries: some Sequence<RoutingChange.Entry>, context: RuleContext
    ) throws(DataplaneError) -> ProgrammingReport {
        let edits = table.edits(entries.lazy.filter { [family] in $0.key.family == family })
        let input = table.input(for: edits)
        table.commit(edits)
        guard context == table.context else { return try synchronize(Array(table.routes), context: context) }
        // So many Services take longer in one input than everything does in stages.
        if needsFullSync || edits.count > programs.stageSize / 20 { return try synchronize() }
        guard !input.isEmpty else { return ProgrammingReport() }
        let bytes = input.bytes
        do throws(IPTablesError) {
            try programs.restore(bytes, family: family)
        } catch {
            // Some tables may have been committed, and somebody may have removed what we build upon.
            return try synchronize()
        }
        return ProgrammingReport(messages: input.lineCount, bytes: bytes.count)
    }

    /// Writes everything, whatever the kernel holds. Routes that it refuses are taken out, until the next change of them.
    mutating func synchronize() throws(DataplaneError) -> ProgrammingReport {
        needsFullSync = true
        let existing = try DataplaneError.wrapping { () throws(IPTablesError) in
            try programs.existing(family: family)
        }
        var sync = FullSync(table, existing: existing, stageSize: programs.stageSize)
        var report = ProgrammingReport()
        var attempts = 0
        while let input = sync.next() {
            let bytes = input.bytes
            report.messages += input.lineCount
            report.bytes += bytes.count
            do throws(IPTablesError) {
                if !input.isEmpty { try programs.restore(bytes, family: family) }
                sync.advance()
            } catch {
                attempts += 1
                guard let line = error.line, attempts < Self.attemptLimit else { throw DataplaneError(error) }
                switch sync.remedy(refusedAt: line, of: input) {
                case .withoutRoute(let route):
                    report.refusals.append(ProgrammingReport.Refusal(route: route, reason: error.reason))
                case .smaller: break
                case .none: throw DataplaneError(error)
                }
            }
        }
        table = sync.table
        needsFullSync = false
        return report
    }
}
