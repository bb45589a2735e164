import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// Changes to the kernel, in the order of execution.
struct Edits: Sendable {
    var newEntries: [SetID: [SetEntry]] = [:]
    /// Virtual servers that are added or changed, in programming order.
    var servers: [ServerEdit] = []
    var newAddresses: Set<IPAddress> = []
    var staleAddresses: Set<IPAddress> = []
    var staleServers: [VirtualServer.Key] = []
    var staleEntries: [SetID: [SetEntry]] = [:]

    var isEmpty: Bool {
        newEntries.isEmpty && servers.isEmpty && newAddresses.isEmpty && staleAddresses.isEmpty
            && staleServers.isEmpty && staleEntries.isEmpty
    }

    /// Whether a virtual server is added at one of these addresses.
    func adds(at addresses: Set<IPAddress>) -> Bool {
        servers.contains { $0.action == .add && addresses.contains($0.server.key.address) }
    }
}

/// Changes to one virtual server.
struct ServerEdit: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        case add, update, keep
    }

    var server: VirtualServer
    var route: RouteKey
    var action: Action
    var additions: [RealServer.Key] = []
    /// Existing ones that get new connections again.
    var revivals: [RealServer.Key] = []
    /// Those that get no new connections and keep existing ones.
    var drains: [RealServer.Key] = []
    /// Those that are removed, with their connections.
    var removals: [RealServer.Key] = []

    var isEmpty: Bool {
        action == .keep && additions.isEmpty && revivals.isEmpty && drains.isEmpty && removals.isEmpty
    }
}
