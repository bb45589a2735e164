package import Conntrack
package import InternetAddresses
package import ServiceRouting

/// Which tracked UDP connections no longer lead where a new one would, and have to be forgotten.
///
/// The kernel translates the first packet of a connection and then does the same with all that follow. A UDP client that
/// keeps its port never begins a new one, and would send to an endpoint that has gone, or past a Service that has just got
/// its first endpoint, for as long as it goes on. As in kube-proxy (`CleanStaleEntries`), and for UDP only: TCP and SCTP
/// notice by themselves. Unlike there, entries also go when the last endpoint or the Service itself does, and a node port
/// means a port of the node's own addresses, not of every address in the world.
///
/// A rule is a whole answer for one frontend, so that a later one simply takes its place.
package struct ConntrackCleanup: Sendable, Hashable {
    /// The addresses that node ports are open on.
    private var nodeAddresses: Set<IPAddress> = []
    private var rules: [FrontendAddress: Rule] = [:]

    /// Nothing to clean up.
    package init() {}

    /// What a change of routes leaves behind, once the kernel follows it.
    ///
    /// `nodeAddresses` are all addresses that node ports are open on now, of both families; a change without a UDP node
    /// port needs none.
    package init(after change: RoutingChange, nodeAddresses: [IPAddress]) {
        self.nodeAddresses = Set(nodeAddresses)
        let entries = change.entries.filter { $0.key.name.transport == .udp }
        // First what goes: a frontend that moves from one Service to another is in two entries.
        for entry in entries { addFrontendsGone(from: entry) }
        for entry in entries { addFrontendsNow(in: entry) }
    }

    /// Whether there is no reason to look at the kernel's table.
    package var isEmpty: Bool { !rules.values.contains(where: \.isDue) }

    /// The families whose entries have to be looked at.
    package var families: Set<IPFamily> {
        Set(rules.lazy.filter { $0.value.isDue }.map(\.key.family))
    }

    /// Adds what a later change asks for. Where both speak of a frontend, the later one knows its backends.
    package mutating func merge(_ later: ConntrackCleanup) {
        // Who speaks of no node port need not know where node ports are open.
        if later.rules.keys.contains(where: { $0.address == nil }) { nodeAddresses = later.nodeAddresses }
        rules.merge(later.rules) { old, new in
            Rule(backends: new.backends, isDue: old.isDue || new.isDue)
        }
    }

    /// Whether the entry has to be removed.
    package func isStale(_ entry: ConntrackEntry) -> Bool {
        guard entry.transport == .udp, let rule = rule(for: entry), rule.isDue else { return false }
        guard let backends = rule.backends else { return entry.isTranslated }
        return !backends.contains(entry.replySource, entry.replySourcePort)
    }

    private func rule(for entry: ConntrackEntry) -> Rule? {
        let port = entry.destinationPort
        if let rule = rules[FrontendAddress(family: entry.destination.family, address: entry.destination, port: port)] {
            return rule
        }
        guard nodeAddresses.contains(entry.destination) else { return nil }
        return rules[FrontendAddress(family: entry.destination.family, address: nil, port: port)]
    }

    private mutating func addFrontendsGone(from entry: RoutingChange.Entry) {
        guard let old = entry.old, !Backends(of: old).isEmpty else { return }
        let kept = Set(entry.new.map(FrontendAddress.all) ?? [])
        for frontend in FrontendAddress.all(of: old) where !kept.contains(frontend) {
            rules[frontend] = Rule(backends: nil, isDue: true)
        }
    }

    private mutating func addFrontendsNow(in entry: RoutingChange.Entry) {
        guard let new = entry.new else { return }
        let now = Backends(of: new)
        let known = Set(entry.old.map(FrontendAddress.all) ?? [])
        let before = entry.old.map(Backends.init) ?? Backends()
        let hasChanged = before.isEmpty ? !now.isEmpty : !before.isSubset(of: now)
        for frontend in FrontendAddress.all(of: new) {
            let isDue = known.contains(frontend) ? hasChanged : !now.isEmpty
            // Also where nothing is due: an older rule for this frontend must not outlive what it knew.
            rules[frontend] = Rule(backends: now, isDue: isDue || rules[frontend]?.isDue == true)
        }
    }
}

/// What becomes of the entries to one frontend.
private struct Rule: Sendable, Hashable {
    /// Only entries that lead to one of these may stay. `nil` for a frontend that has gone: everything that was translated
    /// goes, and what else uses the address is none of our business.
    var backends: Backends?
    /// Whether there can be entries to remove; otherwise the rule only takes the place of an older one.
    var isDue: Bool
}

/// The endpoints of a route that serve, chosen for new connections or not: a flow stays with one of those.
private struct Backends: Sendable, Hashable {
    /// The route's own list, sorted, without a copy.
    private var serving: [Backend] = []

    init() {}

    init(of route: ServicePortRoute) { serving = route.servingBackends }

    var isEmpty: Bool { serving.isEmpty }

    func isSubset(of other: Backends) -> Bool {
        serving == other.serving || serving.allSatisfy { other.contains($0.address, $0.port) }
    }

    func contains(_ address: IPAddress, _ port: UInt16) -> Bool {
        let wanted = Backend(address: address, port: port)
        var range = 0..<serving.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if serving[middle] < wanted {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard range.lowerBound < serving.count else { return false }
        let found = serving[range.lowerBound]
        return found.address == wanted.address && found.port == wanted.port
    }
}

/// Where clients send their packets. Without an address: a node port.
private struct FrontendAddress: Sendable, Hashable {
    var family: IPFamily
    var address: IPAddress?
    var port: UInt16

    static func all(of route: ServicePortRoute) -> [FrontendAddress] {
        route.frontends.map { FrontendAddress(family: route.key.family, address: $0.address, port: $0.port) }
    }
}
