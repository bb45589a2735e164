import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// The edits from the kernel's state to the desired one.
struct Reconciliation {
    private(set) var edits = Edits()
    /// The servers that drain from now on, including those that an earlier process, or kube-proxy, left half-drained.
    private(set) var draining: [VirtualServer.Key: Set<RealServer.Key>] = [:]

    /// `order` is the programming order of routes.
    init(of state: DesiredState, order: some Sequence<RouteKey>, with kernel: KernelState) {
        for set in SetID.all {
            let wanted = Set(state.entries(of: set))
            let held = kernel.sets[set] ?? []
            let new = wanted.subtracting(held)
            let stale = held.subtracting(wanted)
            if !new.isEmpty { edits.newEntries[set] = Array(new) }
            if !stale.isEmpty { edits.staleEntries[set] = Array(stale) }
        }
        let addresses = state.addresses
        edits.newAddresses = addresses.subtracting(kernel.addresses)
        edits.staleAddresses = kernel.addresses.subtracting(addresses)
        var wanted: Set<VirtualServer.Key> = []
        for plan in state.plans(inOrderOf: order) {
            wanted.insert(plan.server.key)
            let edit = edit(plan, kernel.servers[plan.server.key])
            if !edit.isEmpty { edits.servers.append(edit) }
        }
        edits.staleServers = kernel.servers.keys.filter { !wanted.contains($0) }.sorted()
    }

    private mutating func edit(_ plan: ServerPlan, _ kernel: KernelState.Server?) -> ServerEdit {
        var edit = ServerEdit(server: plan.server, route: plan.route, action: .add)
        guard let kernel else {
            edit.additions = plan.backends.map { RealServer.Key($0) }
            return edit
        }
        edit.action = kernel.server == plan.server ? .keep : .update
        var wanted = Set(plan.backends.map { RealServer.Key($0) })
        for status in kernel.realServers {
            let key = status.server.key
            if wanted.remove(key) != nil {
                // A server with another forwarding method becomes one of ours.
                if status.server.weight != 1 || !status.isMasquerading { edit.revivals.append(key) }
            } else if status.hasConnections, plan.keepsConnections(to: key) {
                draining[plan.server.key, default: []].insert(key)
                if status.server.weight != 0 { edit.drains.append(key) }
            } else {
                edit.removals.append(key)
            }
        }
        edit.additions = wanted.sorted()
        return edit
    }
}

extension Edits {
    /// What the edits repair, in a few words each.
    var damage: [String] {
        var damage: [String] = []
        for edit in servers {
            switch edit.action {
            case .add: damage.append("virtual server \(edit.server.key)")
            case .update: damage.append("settings of virtual server \(edit.server.key)")
            case .keep: break
            }
            let count = edit.additions.count + edit.revivals.count + edit.drains.count + edit.removals.count
            if edit.action != .add, count > 0 {
                damage.append("\(count) real servers of virtual server \(edit.server.key)")
            }
        }
        damage += staleServers.map { "foreign virtual server \($0)" }
        damage += newAddresses.sorted().map { "address \($0)" }
        damage += staleAddresses.sorted().map { "foreign address \($0)" }
        for (set, entries) in newEntries.sorted(by: { $0.key.kernelName < $1.key.kernelName }) {
            damage.append("\(entries.count) entries of set \(set.kernelName)")
        }
        for (set, entries) in staleEntries.sorted(by: { $0.key.kernelName < $1.key.kernelName }) {
            damage.append("\(entries.count) foreign entries of set \(set.kernelName)")
        }
        return damage
    }
}
