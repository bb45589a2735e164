package import Conntrack
package import InternetAddresses
package import ServiceRouting

/// Which tracked UDP flows lead to an endpoint that no longer serves, or bypass a Service, and must be removed.
///
/// The kernel translates the first packet of a flow and treats all later ones alike. A UDP client that keeps its port
/// never begins a new flow, so it would keep sending to an endpoint that is gone, or bypass a Service that has just got
/// its first endpoint. A flow stays with an endpoint that serves, even while the endpoint drains or policies choose
/// others for new flows. As in kube-proxy (`CleanStaleEntries`), and for UDP only: TCP and SCTP clients notice by
/// themselves. Unlike in kube-proxy, flows are also removed when the Service is deleted, and a node port means a port
/// of the node's own addresses, not of every address.
///
/// If a process carries the flows itself, they lead to its sockets (`arrivals`), whichever endpoint it chooses for
/// them.
///
/// A rule is complete for one frontend, so a later rule replaces an earlier one.
package struct StaleFlows: Sendable, Hashable {
    /// What happens to the flows to one frontend.
    private struct Rule: Sendable, Hashable {
        /// Only flows to one of these stay: serving endpoints, or sockets of this process. `nil` for a removed
        /// frontend: translated flows are removed, and other traffic to the address is left alone.
        var backends: ServingBackends?
        /// Whether there can be flows to remove; otherwise the rule only replaces an earlier one.
        var isDue: Bool
    }

    /// Where clients send their packets. Without an address: a port of all ``nodeAddresses``.
    private struct Target: Sendable, Hashable {
        var family: IPFamily
        var address: IPAddress?
        var port: UInt16

        static func all(of route: ServicePortRoute) -> [Target] {
            route.frontends.map { Target(family: route.key.family, address: $0.address, port: $0.port) }
        }
    }

    /// The addresses of node ports that are open on every address of the node.
    private var nodeAddresses: Set<IPAddress> = []
    private var rules: [Target: Rule] = [:]

    /// None.
    package init() {}

    /// The flows that a change makes stale, once the kernel has applied it. `nodePorts` are those in force; `arrivals`
    /// are the sockets of a process that carries the flows itself.
    package init(
        after change: RoutingChange, nodePorts: NodePortAddresses, arrivals: [RouteKey: [Backend]]? = nil
    ) {
        nodeAddresses = Set(nodePorts.addresses)
        let entries = change.entries.filter { $0.key.name.transport == .udp }
        // Removals first: a frontend that moves from one Service to another is in two entries.
        for entry in entries { addFrontendsGone(from: entry) }
        for entry in entries { addFrontendsNow(in: entry, arrivals) }
    }

    /// All flows that may be stale once the kernel holds the snapshot, regardless of what was programmed before.
    package init(after snapshot: RoutingSnapshot, arrivals: [RouteKey: [Backend]]? = nil) {
        nodeAddresses = Set(snapshot.nodePorts.addresses)
        for route in snapshot.routes where route.key.name.transport == .udp {
            for target in Target.all(of: route) {
                rules[target] = Rule(backends: ServingBackends(of: route, arrivals), isDue: true)
            }
        }
    }

    /// Whether there are no flows to look for.
    package var isEmpty: Bool { !rules.values.contains(where: \.isDue) }

    /// The families whose flows must be searched.
    package var families: Set<IPFamily> {
        Set(rules.lazy.filter { $0.value.isDue }.map(\.key.family))
    }

    /// Adds the flows that a later change makes stale. If both have a rule for a frontend, the later one applies.
    package mutating func merge(_ later: StaleFlows) {
        // A change without such a node port does not depend on the addresses.
        if later.rules.keys.contains(where: { $0.address == nil }) { nodeAddresses = later.nodeAddresses }
        rules.merge(later.rules) { old, new in Rule(backends: new.backends, isDue: old.isDue || new.isDue) }
    }

    /// Whether the flow must be removed.
    package func contains(_ entry: ConntrackEntry) -> Bool {
        guard entry.transport == .udp, let rule = rule(for: entry), rule.isDue else { return false }
        guard let backends = rule.backends else { return entry.isTranslated }
        return !backends.contains(entry.replySource, entry.replySourcePort)
    }

    private func rule(for entry: ConntrackEntry) -> Rule? {
        let (address, port) = (entry.destination, entry.destinationPort)
        if let rule = rules[Target(family: address.family, address: address, port: port)] { return rule }
        guard nodeAddresses.contains(address) else { return nil }
        return rules[Target(family: address.family, address: nil, port: port)]
    }

    private mutating func addFrontendsGone(from entry: RoutingChange.Entry) {
        guard let old = entry.old, !ServingBackends(of: old).isEmpty else { return }
        let kept = Set(entry.new.map(Target.all) ?? [])
        for target in Target.all(of: old) where !kept.contains(target) {
            rules[target] = Rule(backends: nil, isDue: true)
        }
    }

    private mutating func addFrontendsNow(in entry: RoutingChange.Entry, _ arrivals: [RouteKey: [Backend]]?) {
        guard let new = entry.new else { return }
        let now = ServingBackends(of: new)
        let known = Set(entry.old.map(Target.all) ?? [])
        let before = entry.old.map(ServingBackends.init) ?? ServingBackends()
        let hasChanged = before.isEmpty ? !now.isEmpty : !before.isSubset(of: now)
        for target in Target.all(of: new) {
            let isDue = known.contains(target) ? hasChanged : !now.isEmpty
            // Even if nothing is due: an older rule for this frontend must not outlive its information.
            rules[target] = Rule(
                backends: ServingBackends(of: new, arrivals), isDue: isDue || rules[target]?.isDue == true)
        }
    }
}
