import Dataplane
import Glibc
import InternetAddresses
import Logging
import Netlink
import ServiceRouting
import UserspaceProxy

/// Makes listeners and redirections match the routes. Belongs to one thread, which its calls block.
final class UserspaceProgrammer {
    private let configuration: UserspaceConfiguration
    private let logger: Logger
    let listeners: ListenerSet
    private var addresses: MachineAddresses
    private var reach: Reach
    private var plans = PlanTable()
    private var relays: [RouteKey: RouteRelay] = [:]
    private let traffic: TrafficRegistry
    /// An earlier process's clients with affinity.
    private var affinities: AffinityText.Table = [:]
    /// Frontends that could not be opened, and why.
    private var failed: [InspectedFrontend.Place: ProgrammingReport.Refusal] = [:]

    init(
        _ configuration: UserspaceConfiguration, relay: Relay, registry: OpenListeners, traffic: TrafficRegistry,
        logger: Logger
    ) throws(DataplaneError) {
        self.configuration = configuration
        self.logger = logger
        self.traffic = traffic
        listeners = ListenerSet(relay: relay, registry: registry)
        do throws(NetlinkError) { addresses = try MachineAddresses() } catch { throw DataplaneError(error) }
        reach = try Reach(configuration.reach, logger)
    }

    /// Uses the sockets and clients handed over by an earlier process, until ``forgetInherited()``.
    func inherit(_ inheritance: Predecessor.Inheritance) {
        listeners.inherit(inheritance.sockets)
        affinities = inheritance.affinities
    }

    /// Closes inherited sockets that were not used.
    func forgetInherited() {
        listeners.forgetInherited()
        affinities = [:]
    }

    func synchronize(_ snapshot: RoutingSnapshot) throws(DataplaneError) -> ProgrammingReport {
        let edits = plans.replace(snapshot.routes, on: try view())
        reach.follow(plans.machine)
        for key in relays.keys where plans.routes[key] == nil { forget(key) }
        for route in snapshot.routes { refresh(route) }
        reach.setServiceNetworks(snapshot.serviceNetworks)
        // Sockets already open stay open; this retries what failed.
        for plan in plans.plans.values where failed[plan.place] != nil && !edits.set.contains(plan) { open(plan) }
        return try execute(edits, everything: true)
    }

    func apply(_ change: RoutingChange) throws(DataplaneError) -> ProgrammingReport {
        // Node ports depend on the machine's addresses, which have then changed.
        if change.nodePorts != nil { _ = try followMachine() }
        let edits = plans.apply(change.entries)
        for entry in change.entries {
            if let route = entry.new { refresh(route) } else { forget(entry.key) }
        }
        if let networks = change.serviceNetworks { reach.setServiceNetworks(networks) }
        let report = try execute(edits, everything: false)
        for route in change.entries.compactMap(\.new) { keepSessions(route) }
        return report
    }

    /// How long connections led to a socket may take to arrive there.
    static let lastArrivals = Duration.seconds(2)

    /// Looks for changed addresses, ports that are now free, and damage to the table.
    func repair() throws(DataplaneError) -> RepairReport? {
        listeners.closeSuperseded(before: .now - Self.lastArrivals)
        for refusal in try followMachine().refusals { logger.error("\(refusal.route.name): \(refusal.reason)") }
        var damage: [String] = []
        for place in failed.keys {
            guard let plan = plans.plans[place] else { continue }
            open(plan)
            if failed[place] == nil { damage.append("\(place.text), which was not served") }
        }
        damage += try reach.damage()
        guard !damage.isEmpty else { return nil }
        let report = try reach.commit(everything: true)
        return RepairReport(damage: damage, culprit: nil, written: report)
    }

    /// Updates the machine's addresses.
    private func followMachine() throws(DataplaneError) -> ProgrammingReport {
        let current = try view()
        guard current != plans.machine else { return ProgrammingReport() }
        reach.follow(current)
        return try execute(plans.move(to: current), everything: false)
    }

    // MARK: - Executing

    private func execute(_ edits: PlanTable.Edits, everything: Bool) throws(DataplaneError) -> ProgrammingReport {
        for plan in edits.removed {
            failed[plan.place] = nil
            reach.remove(plan)
        }
        for plan in edits.set { open(plan) }
        var report = try reach.commit(everything: everything)
        listeners.registry.setAddresses(plans.machine.addresses, targets: reach.redirectTargets())
        // Last, because until now connections were still led there.
        for plan in edits.removed { listeners.close(plan.place) }
        for plan in edits.set where plan.isRefused { listeners.close(plan.place) }
        report.refusals = (everything ? plans.plans.keys.map { $0 } : edits.set.map(\.place)).compactMap { failed[$0] }
        return report
    }

    private func open(_ plan: ListenerPlan) {
        failed[plan.place] = nil
        guard let relay = relays[plan.route] else { return }
        guard plan.place.transport != .sctp else { return refuse(plan, "SCTP is not served in userspace mode") }
        let isOwn = plan.place.address.map { plans.machine.addresses.contains($0) } ?? true
        let arrival: ListenerSet.Arrival = !isOwn && reach.redirects(plan.place.family) ? .redirected : .direct
        if plan.isRefused { return isOwn ? reach.remove(plan) : reach.refuse(plan) }
        do throws(RelayError) {
            try listeners.open(plan, relay, arrival: arrival)
        } catch {
            reach.remove(plan)
            return refuse(plan, "\(error)")
        }
        if isOwn { return reach.remove(plan) }
        let port = listeners.redirectPort(plan.place)
        // It listens anyway, and serves as soon as the address arrives.
        if !reach.lead(plan, to: port) { refuse(plan, "not served: \(Self.remedy(plan))") }
    }

    private func refuse(_ plan: ListenerPlan, _ reason: String) {
        failed[plan.place] = ProgrammingReport.Refusal(
            route: plan.route, reason: "\(plan.place.text): \(reason)")
    }

    private static func remedy(_ plan: ListenerPlan) -> String {
        guard let address = plan.place.address else { return "" }
        return "this machine does not have the address \(address); give it the address "
            + "(ip address add \(address)/\(address.family.addressBits) dev lo), or run with CAP_NET_ADMIN, without "
            + "--userspace-reach none"
    }

    private func refresh(_ route: ServicePortRoute) {
        if let relay = relays[route.key] {
            relay.update(route)
        } else {
            let relay = RouteRelay(route, counters: traffic.counters(for: route.key))
            if !affinities.isEmpty { relay.restore(affinities, of: route.key) }
            relays[route.key] = relay
        }
        guard let relay = relays[route.key] else { return }
        for plan in route.listenerPlans(on: plans.machine) where plans.plans[plan.place]?.route == route.key {
            listeners.register(plan, relay)
        }
    }

    private func forget(_ key: RouteKey) {
        relays[key] = nil
        traffic.remove(key)
    }

    private func keepSessions(_ route: ServicePortRoute) {
        guard route.key.name.transport == .udp else { return }
        let serving = Set(RouteRelay.addresses(route.servingBackends))
        for plan in route.listenerPlans(on: plans.machine) { listeners.keepSessions(of: plan.place, with: serving) }
    }

    private func view() throws(DataplaneError) -> MachineView {
        do throws(NetlinkError) { return try addresses.view(configuration.localTraffic) } catch {
            throw DataplaneError(.transient, "cannot list this machine's addresses: \(error)", cause: error)
        }
    }
}
