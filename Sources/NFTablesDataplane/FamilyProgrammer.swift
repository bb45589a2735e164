import Dataplane
import Glibc
import InternetAddresses
import Logging
import NFTables
import Netlink
import ServiceRouting

/// Keeps the table of one IP family in line with the routes, and reads it back when something is unexpected.
///
/// Blocks the calling thread.
struct FamilyProgrammer {
    let table: Table
    private let link: KernelLink
    private let configuration: DataplaneConfiguration
    private(set) var state: TableState
    /// Routes omitted because the kernel refuses them, and why. Retried when they change.
    private var refused: [RouteKey: String] = [:]
    private var preparation = Preparation.none

    /// The number of elements in one transaction of a cold start, which bounds the memory for messages, here
    /// and in the kernel.
    private static let stageSize = 20_000
    /// The same while preparing: a piece of the initial state is encoded and committed in several stages, so that both
    /// processors work on it.
    private static let preparedStageSize = 5_000
    /// How often a refusal is followed by a retry without the routes that it names.
    private static let maximumRounds = 32

    init(_ family: IPFamily, _ link: KernelLink, _ configuration: DataplaneConfiguration) {
        table = Table(family: family, name: Layout.tableName)
        self.link = link
        self.configuration = configuration
        state = TableState(LayoutContext(family, configuration))
    }

    /// What has been done before the first snapshot.
    private enum Preparation {
        case none
        /// There is a new table, which has no base chains: no packet reaches it.
        case building(PreparedTable)
        /// The table exists, or preparing is not worth it, or has failed.
        case abandoned
    }

    // MARK: Data plane

    mutating func synchronize(
        _ snapshot: RoutingSnapshot, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        let prepared = preparation
        preparation = .abandoned
        if case .building = prepared { return try finish(snapshot, &report) }
        state = TableState(
            LayoutContext(table.family, configuration, serviceNetworks: snapshot.serviceNetworks))
        let family = table.family
        state.reserve(routes: snapshot.routes.count { $0.key.family == family })
        refused = [:]
        if let kernel = try link.read(table) {
            adopt(kernel, snapshot.routes)
            try reconcile(with: consume kernel, &report)
        } else {
            try writeSkeleton(for: snapshot.routes, &report)
            try fill(state.change(to: snapshot), stageSize: Self.stageSize, &report)
        }
    }

    mutating func apply(_ change: RoutingChange, _ report: inout ProgrammingReport) throws(DataplaneError) {
        var edits = TableEdits()
        if let networks = change.serviceNetworks { state.set(serviceNetworks: networks, into: &edits) }
        let family = table.family
        // A frontend may move from one route to another: release it first.
        if change.entries.count > 1 {
            for entry in change.entries where entry.key.family == family {
                state.giveUpFrontends(entry.key, keeping: entry.new?.frontends ?? [], into: &edits)
                if edits.count > Self.stageSize { try stage(&edits, &report) }
            }
        }
        for entry in change.entries where entry.key.family == family {
            refused[entry.key] = nil
            state.set(entry.key, to: entry.new, into: &edits)
            if edits.count > Self.stageSize { try stage(&edits, &report) }
        }
        try stage(&edits, &report)
    }

    /// Compares with the kernel and repairs the difference. Returns what differed.
    mutating func repair(_ report: inout ProgrammingReport) throws(DataplaneError) -> [String] {
        guard let kernel = try link.read(table) else {
            try rebuild(&report)
            return ["\(table)"]
        }
        return try reconcile(with: consume kernel, &report).map { "\($0) in \(table)" }
    }

    // MARK: Preparation

    /// Does part of the first ``synchronize(_:_:)`` in advance.
    mutating func prepare(_ change: RoutingChange) throws(DataplaneError) {
        guard change.entries.contains(where: { $0.key.family == table.family }) else { return }
        if case .none = preparation { try beginPreparation(change) }
        guard case .building(var prepared) = preparation else { return }
        guard prepared.accepts(change, state) else { return try abandon() }
        preparation = .building(prepared)
        var report = ProgrammingReport()
        do throws(DataplaneError) { try fill(change, stageSize: Self.preparedStageSize, &report) } catch {
            try abandon()
            throw error
        }
    }

    private mutating func beginPreparation(_ change: RoutingChange) throws(DataplaneError) {
        preparation = .abandoned
        guard try !exists() else { return }
        state.hasBaseChains = false
        // The classes opened now get their routes later.
        state.keepsAllClasses = true
        var report = ProgrammingReport()
        try writeSkeleton(for: change.entries.lazy.compactMap(\.new), &report)
        preparation = .building(PreparedTable())
    }

    private func exists() throws(DataplaneError) -> Bool {
        do throws(NetlinkError) { return try link.connection.contains(table) } catch { throw DataplaneError(error) }
    }

    /// Removes a prepared table: it is built anew.
    private mutating func abandon() throws(DataplaneError) {
        preparation = .abandoned
        var transaction = link.connection.begin()
        transaction.delete(table)
        var report = ProgrammingReport()
        do throws(TransactionError) { try link.commit(transaction, &report) } catch { throw DataplaneError(error) }
    }

    /// Makes the prepared table hold exactly the snapshot, and leads packets there.
    private mutating func finish(
        _ snapshot: RoutingSnapshot, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        try fill(state.change(to: snapshot), stageSize: Self.stageSize, &report)
        state.hasBaseChains = true
        state.keepsAllClasses = false
        var transaction = link.connection.begin()
        for (chain, rules) in state.chains where chain.hook != nil {
            transaction.add(chain, to: table)
            for rule in rules { transaction.add(rule, to: chain.name, of: table) }
        }
        try commit(transaction, &report)
    }

    private mutating func writeSkeleton(
        for routes: some Sequence<ServicePortRoute>, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        state.openClasses(of: routes)
        var skeleton = link.connection.begin()
        skeleton.writeSkeleton(state, to: table)
        try commit(skeleton, &report)
    }

    // MARK: Cold start, reconciliation, replacement

    /// Applies a change in stages: Services in order, each after what it needs. While the kernel commits one stage, the
    /// next is encoded.
    ///
    /// Unlike ``apply(_:_:)`` it does not keep connections: no packet may depend on what it removes.
    private mutating func fill(
        _ change: RoutingChange, stageSize: Int, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        var edits = TableEdits()
        if let networks = change.serviceNetworks { state.set(serviceNetworks: networks, into: &edits) }
        var rest = change.entries.filter { $0.key.family == table.family }[...]
        for entry in rest where entry.old != nil {
            state.giveUpFrontends(entry.key, keeping: entry.new?.frontends ?? [], into: &edits)
        }
        var next = encodeStage(of: &rest, stageSize, &report, after: edits)
        while let stage = next {
            let (outcome, following) = link.commit(stage) { encodeStage(of: &rest, stageSize, &report) }
            next = following
            if case .failure(let error) = outcome {
                // Writes the stage that has just been encoded too.
                try recover(refused: error, &report)
                next = encodeStage(of: &rest, stageSize, &report)
            }
        }
    }

    /// Encodes the next routes, and removes them from `entries`. `nil` after the last.
    private mutating func encodeStage(
        of entries: inout ArraySlice<RoutingChange.Entry>, _ size: Int, _ report: inout ProgrammingReport,
        after edits: TableEdits = TableEdits()
    ) -> EncodedTransaction? {
        var edits = edits
        while edits.count <= size, let entry = entries.popFirst() {
            refused[entry.key] = nil
            state.set(entry.key, to: entry.new, into: &edits)
        }
        state.settle(into: &edits)
        guard !edits.isEmpty else { return nil }
        var transaction = link.connection.begin()
        transaction.write(edits, state.context, to: table)
        return link.encode(transaction, &report)
    }

    /// Takes over the kernel's order of backends; the comparison finds differences.
    private mutating func adopt(_ kernel: KernelTable, _ routes: [ServicePortRoute]) {
        var unwanted = TableEdits(isRecording: false)
        for route in routes where route.key.family == table.family {
            state.set(route.key, to: route, existing: kernel, into: &unwanted)
        }
        state.settle(into: &unwanted)
        state.keep(kernel.classes)
    }

    /// Writes the difference between the kernel and the state. Returns what differed.
    @discardableResult
    private mutating func reconcile(
        with kernel: consuming KernelTable, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> [String] {
        let difference = Reconciliation(kernel, state)
        if difference.mustRebuild {
            try rebuild(&report)
        } else if !difference.isEmpty {
            var transaction = link.connection.begin()
            transaction.write(difference, state, to: table)
            try commit(transaction, &report)
        }
        return difference.damage
    }

    /// Replaces the existing table by a new one, in one transaction, so that no connection finds it missing.
    private mutating func rebuild(_ report: inout ProgrammingReport) throws(DataplaneError) {
        var transaction = link.connection.begin()
        transaction.writeAnew(state, to: table)
        try commit(transaction, &report)
    }

    // MARK: Transactions

    /// Commits the collected changes, and starts a new collection.
    private mutating func stage(
        _ edits: inout TableEdits, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        state.settle(into: &edits)
        guard !edits.isEmpty else { return }
        let vacated = edits.takeVacatedSlots()
        var transaction = link.connection.begin()
        transaction.write(edits, state.context, to: table)
        edits = TableEdits()
        if try commit(transaction, &report), !vacated.isEmpty {
            var removal = link.connection.begin()
            for slot in vacated { removal.remove(slot, from: SetID.endpoints.definition, of: table) }
            try commit(removal, &report)
        }
        try retireClasses(&report)
    }

    /// Removes the chains of unused classes, once there are many, after the change. If the kernel refuses, they stay,
    /// and this is not retried.
    private mutating func retireClasses(_ report: inout ProgrammingReport) throws(DataplaneError) {
        let classes = state.surplusClasses
        guard !classes.isEmpty else { return }
        var transaction = link.connection.begin()
        transaction.retire(classes, from: table)
        do throws(TransactionError) {
            try link.commit(transaction, &report)
            state.forget(classes)
        } catch {
            guard !error.isTransient else { return }
            state.keepsAllClasses = true
            link.logger.warning(
                "\(table): chains that are out of use stay, because the kernel does not remove them: \(error)")
        }
    }

    /// Commits a transaction. If it is refused, reads the table back and tries the difference, repeatedly without the
    /// routes that the kernel names. Returns whether the original transaction was accepted.
    @discardableResult
    private mutating func commit(
        _ transaction: consuming Transaction, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> Bool {
        do throws(TransactionError) {
            try link.commit(transaction, &report)
            return true
        } catch {
            try recover(refused: error, &report)
            return false
        }
    }

    private mutating func recover(
        refused error: TransactionError, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        link.logger.debug("the kernel refused a transaction: \(error); comparing with what it holds")
        var last = error
        for round in 0..<Self.maximumRounds {
            if round > 0 {
                if !exclude(last.refusals), !last.isTransient { throw DataplaneError(last) }
                // Out of memory or buffers: there may be some a moment later.
                if last.isTransient { usleep(UInt32(1000 << min(round, 8))) }
            } else if last.refusals.allSatisfy({ $0.error.errno == EPERM }) {
                throw DataplaneError(last)
            }
            var transaction = link.connection.begin()
            if let kernel = try link.read(table), case let difference = Reconciliation(kernel, state),
                !difference.mustRebuild
            {
                transaction.write(difference, state, to: table)
            } else {
                transaction.writeAnew(state, to: table)
            }
            do throws(TransactionError) {
                try link.commit(transaction, &report)
                report.refusals += refused.map { .init(route: $0.key, reason: $0.value) }
                return
            } catch {
                last = error
            }
        }
        throw DataplaneError(last)
    }

    /// Omits the routes that the kernel's refusals point at. Returns whether there were any.
    private mutating func exclude(_ refusals: [Refusal]) -> Bool {
        var found = false
        for refusal in refusals {
            guard let element = refusal.element, element.family == table.family, let set = SetID(name: element.set),
                let frontend = ElementKey(set, FieldReader(element.key), table.family)?.owner,
                let key = state.owner(of: frontend)
            else { continue }
            found = true
            refused[key] = refusal.error.description
            var unwanted = TableEdits(isRecording: false)
            state.set(key, to: nil, into: &unwanted)
            state.settle(into: &unwanted)
        }
        return found
    }
}

extension SetID {
    init?(name: String) {
        guard let set = (Self.readBack + [.endpoints]).first(where: { $0.definition.name == name }) else { return nil }
        self = set
    }
}
