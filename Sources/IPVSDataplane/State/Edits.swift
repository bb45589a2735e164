import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// What has to be done to the kernel, in the order in which it is done.
struct Edits: Sendable {
    var newEntries: [SetID: [SetEntry]] = [:]
    /// Virtual servers that come or change, in the order in which they are to be programmed.
    var servers: [ServerEdit] = []
    var newAddresses: Set<IPAddress> = []
    var staleAddresses: Set<IPAddress> = []
    var staleServers: [VirtualServer.Key] = []
    var staleEntries: [SetID: [SetEntry]] = [:]

    var isEmpty: Bool {
        newEntries.isEmpty && servers.isEmpty && newAddresses.isEmpty && staleAddresses.isEmpty
            && staleServers.isEmpty && staleEntries.isEmpty
    }
}

/// What has to be done to one virtual server.
struct ServerEdit: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        case add, update, keep
    }

    var server: VirtualServer
    var route: RouteKey
    var action: Action
    var additions: [RealServer.Key] = []
    /// Those that the kernel has and that get connections again.
    var revivals: [RealServer.Key] = []
    /// Those that get no new connections and keep those that they have.
    var drains: [RealServer.Key] = []
    /// Those that go, with their connections.
    var removals: [RealServer.Key] = []

    var isEmpty: Bool {
        action == .keep && additions.isEmpty && revivals.isEmpty && drains.isEmpty && removals.isEmpty
    }
}
