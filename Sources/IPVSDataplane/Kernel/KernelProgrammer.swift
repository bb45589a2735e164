import CLinux
import Dataplane
import IPSet
import IPTables
import IPVS
import InternetAddresses
import Netlink
import ServiceRouting

/// Programs sets, rules, virtual servers and addresses, in an order that never leads clients to something missing.
///
/// A virtual server cannot be added with its real servers: in between the kernel refuses connections. At an address
/// that the machine already has, such as the node's for node ports, they would have reached the machine's own sockets,
/// which may be those of a proxy in userspace mode. Until everything has been programmed once, the refusals are hidden,
/// so that clients repeat their packets.
///
/// Blocks; belongs to one thread.
final class KernelProgrammer {
    private let configuration: IPVSConfiguration
    private var servers: ServerWriter
    private var sets: SetWriter
    private var device: DeviceWriter
    private(set) var rules: RuleWriter
    private(set) var state: DesiredState
    /// The last full order of routes; later ones follow.
    private var order: [RouteKey] = []
    /// Schedulers that Services name and the kernel lacks.
    private var missingSchedulers: Set<String> = []
    /// Whether everything has been written once. Before that, what an earlier process programmed may carry connections.
    /// Of iptables mode: our rules, which share a chain with it, must not replace them before the virtual servers are
    /// there. Of this mode: without routes it must not be taken for damage.
    private(set) var hasConverged = false
    /// The netlink port through which addresses are changed.
    let addressPort: UInt32

    /// Opens the connections to the kernel, in the calling thread's network namespace, and checks that it
    /// supports what is needed.
    init(_ configuration: IPVSConfiguration) throws(DataplaneError) {
        self.configuration = configuration
        state = DesiredState(context: RouteContext(scheduler: configuration.scheduler))
        let sockets = try DataplaneError.wrapping("cannot reach the kernel") { () throws(NetlinkError) in
            (
                try NetlinkSocket(family: NETLINK_GENERIC), try NetlinkSocket(family: NETLINK_NETFILTER),
                try NetlinkSocket(family: NETLINK_ROUTE)
            )
        }
        servers = try ServerWriter(sockets.0)
        sets = SetWriter(sockets.1)
        device = DeviceWriter(sockets.2)
        addressPort = sockets.2.portID
        rules = try RuleWriter()
        try servers.probe(configuration.scheduler)
        for setting in Sysctl.all(strictARP: configuration.usesStrictARP) { _ = try setting.ensure() }
        try servers.set(configuration.timeouts)
    }

    /// Makes the kernel hold exactly these routes.
    func synchronize(_ routes: [ServicePortRoute]) throws(DataplaneError) -> ProgrammingReport {
        missingSchedulers = []
        try rules.findFamilies()
        let served = routes.filter { rules.absent[$0.key.family] == nil }
        order = served.map(\.key)
        var report = try converge(served).report
        report.absences = absences(among: routes.lazy.map(\.key))
        return report
    }

    /// Applies a change to the kernel.
    func apply(_ entries: [RoutingChange.Entry]) throws(DataplaneError) -> ProgrammingReport {
        let served = entries.filter { rules.absent[$0.key.family] == nil }
        let changed = entries.compactMap(\.new)
        let schedulers = changed.compactMap(schedulerRefusal)
        order += served.lazy.filter { $0.old == nil }.map(\.key)
        var report = ProgrammingReport()
        let edits = state.apply(served)
        do {
            try write(edits, &report)
        } catch {
            // Something has changed unexpectedly: compare everything.
            report = try converge(Array(state.routes.values), after: error).report
        }
        report.refusals += schedulers
        report.absences = absences(among: changed.lazy.map(\.key))
        return report
    }

    /// Compares everything with the kernel's state, and repairs what differs; `nil` if nothing does.
    func repair() throws(DataplaneError) -> (damage: [String], report: ProgrammingReport)? {
        let (report, damage) = try converge(Array(state.routes.values))
        return damage.isEmpty ? nil : (damage, report)
    }

    /// Whether a check of single chains shows that rules are missing.
    func ruleDamage() throws(DataplaneError) -> [String] {
        let probe = TableProbe(programs: rules.programs, witnesses: IPVSChains.witnesses)
        var damage: [String] = []
        for family in rules.families {
            damage += try DataplaneError.wrapping { () throws(IPTablesError) in try probe.damage(in: family) }
        }
        return damage
    }

    /// Removes real servers whose last connection has ended.
    func finishDraining() throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        for (server, waiting) in state.draining {
            state.finishDraining(try servers.finishDraining(waiting, of: server, &report), of: server)
        }
        return report
    }

    var deviceIndex: UInt32? { device.index }

    // MARK: - Reading and writing

    /// Reads the kernel's state and writes what differs. Retries without schedulers that it lacks.
    private func converge(
        _ routes: [ServicePortRoute], after failure: (any Error)? = nil
    ) throws(DataplaneError) -> (report: ProgrammingReport, damage: [String]) {
        var failure = failure
        // Each attempt finds at most one missing scheduler.
        for _ in 0...Scheduler.knownNames.count {
            if let missing = failure as? ServerWriter.MissingScheduler {
                guard missing.scheduler.name != configuration.scheduler.name else {
                    throw DataplaneError(
                        .unsupported,
                        "the kernel has no IPVS scheduler \(missing.scheduler.name): run modprobe "
                            + "\(missing.scheduler.module)"
                    )
                }
                missingSchedulers.insert(missing.scheduler.name)
            }
            do {
                var (report, damage) = try convergeOnce(routes)
                report.refusals += routes.compactMap(schedulerRefusal)
                return (report, damage)
            } catch let error as ServerWriter.MissingScheduler {
                failure = error
            } catch let error as DataplaneError {
                throw error
            } catch {
                throw DataplaneError(.transient, "ipvs: \(error)", cause: error)
            }
        }
        throw DataplaneError(.transient, "ipvs: the kernel's schedulers come and go")
    }

    private func convergeOnce(
        _ routes: [ServicePortRoute]
    ) throws -> (report: ProgrammingReport, damage: [String]) {
        var report = ProgrammingReport()
        for setting in Sysctl.all(strictARP: configuration.usesStrictARP) { _ = try setting.ensure() }
        let hadDevice = device.index
        let addresses = try device.prepare(&report)
        var kernel = KernelState()
        kernel.sets = try sets.prepare(&report)
        kernel.servers = try servers.read(configuration)
        kernel.addresses = addresses.own
        let context = RouteContext(
            scheduler: configuration.scheduler, missingSchedulers: missingSchedulers, ownAddresses: addresses.others)
        state.replace(routes, context: context)
        order = order.filter { state.routes[$0] != nil }
        let reconciliation = Reconciliation(of: state, order: order, with: kernel)
        state.setDraining(reconciliation.draining)
        var damage = hadDevice == device.index ? [] : ["interface \(DeviceWriter.name)"]
        let isTakingOver = try !hasConverged && rules.findServicesOfIPTablesMode()
        rules.hidesRefusals = !hasConverged && !isTakingOver && reconciliation.edits.adds(at: addresses.others)
        defer { rules.hidesRefusals = false }
        damage += try write(reconciliation.edits, &report, comparingRules: true, rulesLast: isTakingOver)
        if rules.hidesRefusals {
            rules.hidesRefusals = false
            try rules.follow(state, configuration, &report)
        }
        hasConverged = true
        return (report, reconciliation.edits.damage + damage)
    }

    /// First what all Services need, then the virtual servers, each before its address attracts packets; removals are
    /// in the opposite order. Returns what was wrong with the rules.
    @discardableResult
    private func write(
        _ edits: Edits, _ report: inout ProgrammingReport, comparingRules: Bool = false, rulesLast: Bool = false
    ) throws -> [String] {
        try sets.add(edits.newEntries, all: { state.entries(of: $0) }, &report)
        var damage: [String] = []
        if !comparingRules {
            try rules.follow(state, configuration, &report)
        } else if !rulesLast {
            damage = try rules.mend(state, configuration, &report)
        }
        var rest = edits.servers[...]
        var unbound = edits.newAddresses
        var stage = Self.firstStage
        while !rest.isEmpty {
            let part = rest.prefix(stage)
            rest = rest.dropFirst(part.count)
            stage = Self.laterStage
            try servers.write(part, &report)
            let ready = part.map(\.server.key.address).filter { unbound.remove($0) != nil }
            note(try device.write(add: ready, &report), of: part, in: &report)
        }
        note(
            try device.write(add: unbound.sorted(), remove: edits.staleAddresses.sorted(), &report), of: [], in: &report
        )
        if comparingRules, rulesLast { damage = try rules.mend(state, configuration, &report) }
        try servers.remove(edits.staleServers, &report)
        try sets.remove(edits.staleEntries, &report)
        for edit in edits.servers where !edit.drains.isEmpty {
            let waiting = Set(edit.drains)
            let ended = try servers.finishDraining(waiting, of: edit.server.key, &report)
            state.finishDraining(ended, of: edit.server.key)
        }
        return damage
    }

    /// The API server and DNS are among the first, so they are reachable before the rest is written.
    private static let firstStage = 16
    private static let laterStage = 1000

    /// Addresses that the kernel refuses leave a Service without one of its frontends.
    private func note(
        _ refused: [IPAddress: NetlinkError], of edits: ArraySlice<ServerEdit>, in report: inout ProgrammingReport
    ) {
        for (address, error) in refused.sorted(by: { $0.key < $1.key }) {
            let edit = edits.first { $0.server.key.address == address }
            guard let route = edit?.route ?? state.route(with: address) else { continue }
            let reason = "address \(address) of \(DeviceWriter.name): \(error)"
            report.refusals.append(ProgrammingReport.Refusal(route: route, reason: reason))
        }
    }

    // MARK: - What this node cannot program

    private func schedulerRefusal(_ route: ServicePortRoute) -> ProgrammingReport.Refusal? {
        guard let option = route.ipvsScheduler else { return nil }
        let fallback = "it uses \(configuration.scheduler)"
        guard let scheduler = Scheduler(option: option) else {
            let names = Scheduler.knownNames.joined(separator: ", ")
            return ProgrammingReport.Refusal(
                route: route.key, reason: "there is no IPVS scheduler “\(option)”; \(fallback); write one of \(names)")
        }
        guard missingSchedulers.contains(scheduler.name) else { return nil }
        return ProgrammingReport.Refusal(
            route: route.key,
            reason: "the kernel has no IPVS scheduler \(scheduler.name); \(fallback); run modprobe \(scheduler.module)")
    }

    /// The families of routes that cannot be programmed, for example on a kernel without IPv6.
    private func absences(among keys: some Sequence<RouteKey>) -> [IPFamily: String] {
        rules.absent.filter { family, _ in keys.contains { $0.family == family } }
    }
}
