import Dataplane
import ServiceRouting
import Synchronization
import UserspaceProxy

/// The sockets that the proxy listens on, for queries from other processes. Shared by two threads.
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

    private let entries = Mutex<[InspectedFrontend.Place: Entry]>([:])

    func set(_ entry: Entry) { entries.withLock { $0[entry.plan.place] = entry } }

    func remove(_ place: InspectedFrontend.Place) { entries.withLock { $0[place] = nil } }

    /// In no order.
    var all: [Entry] { entries.withLock { Array($0.values) } }
}
