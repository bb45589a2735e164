import Dataplane
import Glibc
import InternetAddresses
import Logging
import NFTables
import Netlink
import ServiceRouting

/// The driver: carries edits to the kernel, and asks the kernel when something is not as expected.
///
/// Belongs to one thread, that of the data plane's executor.
final class KernelProgrammer {
    var connection: NFTablesConnection
    private let configuration: DataplaneConfiguration
    private let open: EndpointReading.Opener?
    let logger: Logger
    var families: [FamilyTable] = IPFamily.allCases.map(FamilyTable.init)

    /// The kernel's count of transactions as it must be if nobody but us makes any.
    private var expectedGeneration: UInt32 = 0

    /// Elements in one transaction on a cold start: what bounds the memory for messages, here and in the kernel.
    private static let stageSize = 20_000
    /// How often a refusal leads to another try with what it names taken out.
    private static let maximumRounds = 32
    /// How often a table is read again because somebody has changed it meanwhile.
    private static let maximumReads = 50

    /// `open` makes further ways to the kernel, for reading much of it at a time.
    init(
        _ transport: any NetlinkTransport, _ configuration: DataplaneConfiguration, _ logger: Logger,
        open: EndpointReading.Opener? = nil
    ) {
        connection = NFTablesConnection(transport)
        self.open = open
        self.configuration = configuration
        self.logger = logger
    }

    // MARK: What a data plane does

    func synchronize(_ snapshot: RoutingSnapshot) throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        do throws(NetlinkError) {
            expectedGeneration = try connection.generation()
        } catch {
            throw DataplaneError(error)
        }
        for index in families.indices {
            families[index] = FamilyTable(families[index].table.family)
            let routes = snapshot.routes.filter { $0.key.family == families[index].table.family }
            if let kernel = try read(families[index].table) {
                adopt(kernel, routes, index)
                try reconcile(index, with: consume kernel, &report)
                let rememberable = families[index].state.rememberable
                try forgetClients(index, &report) { rememberable[$0]?.contains($1) != true }
            } else {
                try build(routes, index, &report)
            }
        }
        return report
    }

    func apply(_ change: RoutingChange) throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        for index in families.indices {
            var edits = TableEdits()
            // A frontend may move from one route to another: it is given up first.
            let entries = change.entries.filter { $0.key.family == families[index].table.family }
            for entry in entries {
                families[index].giveUp(entry, into: &edits)
                if edits.count > Self.stageSize { try stage(&edits, index, &report) }
            }
            for entry in entries {
                families[index].follow(entry.key, entry.new, into: &edits)
                if edits.count > Self.stageSize { try stage(&edits, index, &report) }
            }
            try stage(&edits, index, &report)
        }
        return report
    }

    /// Compares with the kernel and mends the difference. `nil` when there was none.
    func repair(culprit: String?) throws(DataplaneError) -> RepairReport? {
        var report = RepairReport(damage: [], culprit: culprit, written: ProgrammingReport())
        for index in families.indices {
            let table = families[index].table
            guard let kernel = try read(table) else {
                report.damage.append("\(table)")
                try rebuild(index, &report.written)
                continue
            }
            let damage = try reconcile(index, with: consume kernel, &report.written)
            report.damage += damage.map { "\($0) in \(table)" }
        }
        return report.damage.isEmpty ? nil : report
    }

    /// Whether nobody else has made a transaction since the last ``synchronize(_:)`` began.
    func isAlone() throws(NetlinkError) -> Bool {
        try connection.generation() == expectedGeneration
    }

    // MARK: The ways to a table that holds what it should

    /// A table where there is none, in stages: what a Service needs comes before it, and Services come in their order.
    private func build(
        _ routes: [ServicePortRoute], _ index: Int, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        var edits = TableEdits()
        var skeleton = connection.begin()
        skeleton.writeSkeleton(families[index].state, configuration, to: families[index].table)
        try commit(skeleton, index, &report)
        for route in routes {
            families[index].follow(route.key, route, into: &edits)
            if edits.count > Self.stageSize { try stage(&edits, index, &report) }
        }
        try stage(&edits, index, &report)
    }

    /// Takes over the order in which the kernel has the backends; what differs is for the comparison to find.
    private func adopt(
        _ kernel: KernelTable, _ routes: [ServicePortRoute], _ index: Int
    ) {
        var unwanted = TableEdits(isRecording: false)
        for route in routes {
            families[index].follow(route.key, route, existing: kernel, into: &unwanted)
        }
        families[index].state.settle(into: &unwanted)
        families[index].state.keep(kernel.classes)
    }

    /// Writes the difference between the kernel and the state. Returns what was different.
    @discardableResult
    private func reconcile(
        _ index: Int, with kernel: consuming KernelTable, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> [String] {
        let difference = Reconciliation(kernel, families[index].state, configuration)
        if difference.mustRebuild {
            try rebuild(index, &report)
        } else if !difference.isEmpty {
            var transaction = connection.begin()
            transaction.write(difference, to: families[index].table)
            try commit(transaction, index, &report)
        }
        return difference.damage
    }

    /// A new table in the place of whatever is there, in one transaction: no connection finds the place empty.
    private func rebuild(_ index: Int, _ report: inout ProgrammingReport) throws(DataplaneError) {
        var transaction = connection.begin()
        transaction.writeAnew(families[index].state, configuration, to: families[index].table)
        try commit(transaction, index, &report)
    }

    /// Removes the tables of a kube-proxy that ran here before: they would go on sending connections to the endpoints that
    /// it knew. To be called once ours are in force.
    func removeLeftovers() throws(DataplaneError) {
        for family in families.map(\.table.family) {
            let table = Table(family: family, name: Layout.kubeProxyTableName)
            do throws(NetlinkError) {
                guard try connection.contains(table) else { continue }
            } catch {
                throw DataplaneError(error)
            }
            var transaction = connection.begin()
            transaction.delete(table)
            do throws(TransactionError) {
                try connection.commit(transaction)
                expectedGeneration &+= 1
                logger.notice("removed \(table), which a kube-proxy has left; if one still runs here, stop it")
            } catch {
                throw Self.failure(error)
            }
        }
    }

    // MARK: Transactions

    /// Commits what has been collected, and begins anew.
    private func stage(_ edits: inout TableEdits, _ index: Int, _ report: inout ProgrammingReport)
        throws(DataplaneError)
    {
        families[index].state.settle(into: &edits)
        guard !edits.isEmpty else { return }
        var transaction = connection.begin()
        transaction.write(edits, timeouts: Array(families[index].state.timeouts.inUse), to: families[index].table)
        let checks = edits.affinityChecks
        edits = TableEdits()
        try commit(transaction, index, &report)
        guard !checks.isEmpty else { return }
        try forgetClients(index, &report) { frontend, backend in
            checks[frontend].map { !$0.contains(backend) } ?? false
        }
    }

    /// Hands a transaction to the kernel. When it is refused, the kernel is asked what it holds, and the difference to what
    /// it should hold is tried, again and again without the routes that the kernel names.
    private func commit(
        _ transaction: consuming Transaction, _ index: Int, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        report.messages += transaction.messageCount
        report.bytes += transaction.byteCount
        do throws(TransactionError) {
            try connection.commit(transaction)
            expectedGeneration &+= 1
        } catch {
            logger.debug("the kernel refused a transaction: \(error); comparing with what it holds")
            try recover(from: error, index, &report)
        }
    }

    private func recover(
        from error: TransactionError, _ index: Int, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        var last = error
        for round in 0..<Self.maximumRounds {
            if round > 0 {
                if !families[index].exclude(last.refusals), !last.isTransient { throw Self.failure(last) }
                // Out of memory or of buffers: a moment later there may be some.
                if last.isTransient { usleep(UInt32(1000 << min(round, 8))) }
            } else if last.refusals.allSatisfy({ $0.error.errno == EPERM }) {
                throw Self.failure(last)
            }
            let (table, state) = (families[index].table, families[index].state)
            var transaction = connection.begin()
            if let kernel = try read(table), case let difference = Reconciliation(kernel, state, configuration),
                !difference.mustRebuild
            {
                transaction.write(difference, to: table)
            } else {
                transaction.writeAnew(state, configuration, to: table)
            }
            report.messages += transaction.messageCount
            report.bytes += transaction.byteCount
            do throws(TransactionError) {
                try connection.commit(transaction)
                expectedGeneration &+= 1
                report.refusals += families[index].refused.map { .init(route: $0.key, reason: $0.value) }
                return
            } catch {
                last = error
            }
        }
        throw Self.failure(last)
    }

    private static func failure(_ error: TransactionError) -> DataplaneError {
        if error.isTransient { return DataplaneError(.transient, "nf_tables: \(error)", cause: error) }
        return error.refusals.first.map { DataplaneError($0.error) } ?? DataplaneError(.refused, "nf_tables: \(error)")
    }

    // MARK: Affinity

    /// Forgets clients that are remembered with a backend that has gone, so that they move at once. Packets under way may
    /// remember another one while we do so; a few looks later there are none.
    private func forgetClients(
        _ index: Int, _ report: inout ProgrammingReport, where isStale: (FrontendKey, Slot) -> Bool
    ) throws(DataplaneError) {
        let table = families[index].table
        var looks = 0
        for _ in 0..<Self.maximumReads {
            var stale: [ElementKey] = []
            do throws(NetlinkError) {
                try connection.forEachElement(of: Layout.affinity.name, in: table) { element in
                    guard let key = ElementKey(.affinity, element, table.family), let frontend = key.owner,
                        case .backend(let backend) = ElementValue(.affinity, element, table.family)
                    else { return }
                    if isStale(frontend, backend) { stale.append(key) }
                }
            } catch {
                // Somebody has just removed the table, and with it what was remembered.
                if error.errno == ENOENT { return }
                guard error.errno == EINTR else { throw DataplaneError(error) }
                continue
            }
            looks += 1
            // One by one: an entry that has aged out meanwhile must not keep the others.
            for key in stale {
                var transaction = connection.begin()
                transaction.remove(key, from: Layout.affinity, of: table)
                report.messages += transaction.messageCount
                report.bytes += transaction.byteCount
                do throws(TransactionError) {
                    try connection.commit(transaction)
                    expectedGeneration &+= 1
                } catch {
                    guard error.refusals.allSatisfy({ $0.error.errno == ENOENT }) else { throw Self.failure(error) }
                }
            }
            if stale.isEmpty || looks == 5 { return }
        }
        throw Self.tooFast(table)
    }

    // MARK: Reading

    /// Reads a table; starts over when somebody changes it meanwhile.
    private func read(_ table: Table) throws(DataplaneError) -> KernelTable? {
        for _ in 0..<Self.maximumReads {
            do throws(NetlinkError) {
                return try connection.read(table, open: open)
            } catch {
                guard error.errno == EINTR || error.errno == ENOENT else { throw DataplaneError(error) }
            }
        }
        throw Self.tooFast(table)
    }

    private static func tooFast(_ table: Table) -> DataplaneError {
        DataplaneError(.transient, "nf_tables: \(table) changes faster than it can be read")
    }
}
