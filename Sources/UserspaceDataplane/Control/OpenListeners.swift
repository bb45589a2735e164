import Dataplane
import InternetAddresses
import ServiceRouting
import Synchronization
import UserspaceProxy

/// The sockets that the proxy listens on, for queries from other threads and processes.
final class OpenListeners: Sendable {
    struct Entry: Sendable {
        var plan: ListenerPlan
        var socket: ListeningSocket
        /// The destination of its connections, shared with other listeners of the Service port.
        var relay: RouteRelay
        var isRedirected: Bool
        /// The current handling of connections.
        var inside: InspectedFrontend.Destination
        var outside: InspectedFrontend.Destination
    }

    private struct State: Sendable {
        var entries: [InspectedFrontend.Place: Entry] = [:]
        var addresses: Set<IPAddress> = []
        var targets: [IPFamily: IPAddress] = [:]
    }

    private let state = Mutex(State())

    func set(_ entry: Entry) { state.withLock { $0.entries[entry.plan.place] = entry } }

    func remove(_ place: InspectedFrontend.Place) { state.withLock { $0.entries[place] = nil } }

    /// Sets the machine's addresses, and those that redirects lead to.
    func setAddresses(_ addresses: Set<IPAddress>, targets: [IPFamily: IPAddress]) {
        state.withLock { ($0.addresses, $0.targets) = (addresses, targets) }
    }

    /// In no order.
    var all: [Entry] { state.withLock { Array($0.entries.values) } }

    /// Where the packets to each of these routes arrive, after redirection: one address and port or more for each
    /// socket. Routes without sockets are omitted.
    func arrivals(of routes: Set<RouteKey>) -> [RouteKey: [Backend]] {
        let state = state.withLock { $0 }
        var arrivals: [RouteKey: [Backend]] = [:]
        for entry in state.entries.values where routes.contains(entry.plan.route) {
            let addresses: [IPAddress]
            if entry.isRedirected {
                addresses = [state.targets[entry.plan.place.family]].compactMap(\.self)
            } else if let address = entry.plan.place.address {
                addresses = [address]
            } else {
                addresses = state.addresses.filter { $0.family == entry.plan.place.family }
            }
            let port = entry.socket.address.port
            arrivals[entry.plan.route, default: []] += addresses.map { Backend(address: $0, port: port) }
        }
        return arrivals
    }
}
