import Dataplane
import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// The desired state of the kernel, and what is left from before. A value that makes decisions, without I/O.
struct DesiredState: Sendable {
    private(set) var context: RouteContext
    private(set) var routes: [RouteKey: ServicePortRoute] = [:]
    private var sets: [SetID: UseCounts<SetEntry>] = [:]
    private var boundAddresses = UseCounts<IPAddress>()
    private var barriers = UseCounts<NodeBarrier>()
    /// Removed real servers that still have connections.
    private(set) var draining: [VirtualServer.Key: Set<RealServer.Key>] = [:]

    init(context: RouteContext) {
        self.context = context
    }

    /// Replaces all routes, and takes draining servers from the kernel's state. ``entries(of:)``, ``addresses`` and
    /// ``plans(inOrderOf:)`` then return the desired state.
    mutating func replace(_ routes: some Sequence<ServicePortRoute>, context: RouteContext) {
        self = DesiredState(context: context)
        for route in routes {
            self.routes[route.key] = route
            count(RouteProgram(route, in: context))
        }
        _ = settle()
    }

    /// The edits for a change.
    mutating func apply(_ entries: some Sequence<RoutingChange.Entry>) -> Edits {
        var before: [VirtualServer.Key: ServerPlan] = [:]
        var after: [VirtualServer.Key: ServerPlan] = [:]
        var order: [VirtualServer.Key] = []
        for entry in entries {
            // Our own record decides, not the caller's.
            if let old = routes.removeValue(forKey: entry.key) {
                let program = RouteProgram(old, in: context)
                discount(program)
                for plan in program.servers { before[plan.server.key] = plan }
            }
            guard let new = entry.new else { continue }
            routes[entry.key] = new
            let program = RouteProgram(new, in: context)
            count(program)
            for plan in program.servers {
                if after.updateValue(plan, forKey: plan.server.key) == nil { order.append(plan.server.key) }
            }
        }
        var edits = settle()
        for key in order {
            guard let plan = after[key] else { continue }
            let edit = edit(from: before[key], to: plan)
            if !edit.isEmpty { edits.servers.append(edit) }
        }
        edits.staleServers = before.keys.filter { after[$0] == nil }.sorted()
        for key in edits.staleServers { draining[key] = nil }
        return edits
    }

    private mutating func edit(from old: ServerPlan?, to new: ServerPlan) -> ServerEdit {
        var edit = ServerEdit(server: new.server, route: new.route, action: .add)
        if let old { edit.action = old.server == new.server ? .keep : .update }
        var waiting = draining[new.server.key] ?? []
        Difference.between(old?.backends ?? [], new.backends) { backend, isNew in
            let key = RealServer.Key(backend)
            if isNew {
                if waiting.remove(key) != nil { edit.revivals.append(key) } else { edit.additions.append(key) }
            } else if new.keepsConnections(to: key) {
                waiting.insert(key)
                edit.drains.append(key)
            } else {
                edit.removals.append(key)
            }
        }
        // UDP: a draining endpoint that still served no longer does.
        for key in waiting.sorted() where !new.keepsConnections(to: key) {
            waiting.remove(key)
            edit.removals.append(key)
        }
        draining[new.server.key] = waiting.isEmpty ? nil : waiting
        return edit
    }

    // MARK: Desired state

    func entries(of set: SetID) -> [SetEntry] { sets[set].map { Array($0.inUse) } ?? [] }
    func isEmpty(_ set: SetID) -> Bool { sets[set]?.isEmpty ?? true }
    var addresses: Set<IPAddress> { Set(boundAddresses.inUse) }
    func nodeBarriers(of family: IPFamily) -> [NodeBarrier] {
        barriers.inUse.filter { $0.address.family == family }.sorted()
    }

    /// A route with a frontend at this address.
    func route(with address: IPAddress) -> RouteKey? {
        routes.values.first { $0.frontends.contains { $0.address == address } }?.key
    }

    /// All virtual servers, in the order of these routes; a frontend claimed by two routes belongs to the first.
    func plans(inOrderOf keys: some Sequence<RouteKey>) -> [ServerPlan] {
        var seen: Set<VirtualServer.Key> = []
        return keys.flatMap { key in
            routes[key].map { RouteProgram($0, in: context).servers } ?? []
        }.filter { seen.insert($0.server.key).inserted }
    }

    // MARK: Draining

    /// Records draining servers from the kernel's state.
    mutating func setDraining(_ draining: [VirtualServer.Key: Set<RealServer.Key>]) { self.draining = draining }

    /// The real servers of a virtual server that have no connections left.
    mutating func finishDraining(_ ended: some Sequence<RealServer.Key>, of server: VirtualServer.Key) {
        draining[server]?.subtract(ended)
        if draining[server]?.isEmpty == true { draining[server] = nil }
    }

    // MARK: Counting

    private mutating func count(_ program: RouteProgram) {
        for (set, entry) in program.entries { sets[set, default: UseCounts()].increment(entry) }
        for address in program.addresses { boundAddresses.increment(address) }
        for barrier in program.nodeBarriers { barriers.increment(barrier) }
    }

    private mutating func discount(_ program: RouteProgram) {
        for (set, entry) in program.entries { sets[set]?.decrement(entry) }
        for address in program.addresses { boundAddresses.decrement(address) }
        for barrier in program.nodeBarriers { barriers.decrement(barrier) }
    }

    private mutating func settle() -> Edits {
        var edits = Edits()
        for set in sets.keys {
            guard let (began, ended) = sets[set]?.settle() else { continue }
            if !began.isEmpty { edits.newEntries[set] = began }
            if !ended.isEmpty { edits.staleEntries[set] = ended }
        }
        let (began, ended) = boundAddresses.settle()
        edits.newAddresses = Set(began)
        edits.staleAddresses = Set(ended)
        _ = barriers.settle()
        return edits
    }
}

extension RealServer.Key {
    init(_ backend: Backend) { self.init(address: backend.address, port: backend.port) }
}

/// The elements in only one of two sorted lists.
enum Difference {
    static func between(_ old: [Backend], _ new: [Backend], _ body: (_ backend: Backend, _ isNew: Bool) -> Void) {
        var old = old[...]
        var new = new[...]
        while let first = old.first, let other = new.first {
            // Ignores whether it runs on this node, which does not make it a different server.
            if RealServer.Key(first) == RealServer.Key(other) {
                old = old.dropFirst()
                new = new.dropFirst()
            } else if first < other {
                body(first, false)
                old = old.dropFirst()
            } else {
                body(other, true)
                new = new.dropFirst()
            }
        }
        for backend in old { body(backend, false) }
        for backend in new { body(backend, true) }
    }
}
