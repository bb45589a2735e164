import Dataplane
import InternetAddresses
import Logging
import ServiceRouting
import Synchronization
import UserspaceProxy

/// The listeners of the proxy: opens, changes and closes sockets. Belongs to one thread.
final class ListenerSet {
    /// How connections arrive at a listener.
    enum Arrival {
        /// The socket is bound to the frontend's address and port.
        case direct
        /// They are redirected to a port that the kernel chose.
        case redirected
    }

    private struct Active {
        var plan: ListenerPlan
        var listener: Listener
        var id: Relay.ListenerID
        var arrival: Arrival
    }

    let relay: Relay
    let registry: OpenListeners
    private var active: [InspectedFrontend.Place: Active] = [:]
    /// Listeners that others have replaced, and when.
    private var superseded: [(listener: Active, since: ContinuousClock.Instant)] = []
    /// Sockets of an earlier process, until they are used or closed.
    private var inherited: [InheritedSocket.Key: ListeningSocket] = [:]

    init(relay: Relay, registry: OpenListeners) {
        self.relay = relay
        self.registry = registry
    }

    func inherit(_ sockets: [InheritedSocket]) {
        inherited = Dictionary(sockets.map { ($0.key, $0.socket) }, uniquingKeysWith: { first, _ in first })
    }

    /// Closes sockets not in use.
    func forgetInherited() { inherited = [:] }

    /// The port to which a frontend's connections must be redirected.
    func redirectPort(_ place: InspectedFrontend.Place) -> UInt16? {
        guard let listener = active[place], listener.arrival == .redirected else { return nil }
        return listener.listener.socket.address.port
    }

    /// Opens or changes the listener for a plan. If connections arrive differently from now on, the previous listener
    /// serves those on their way until ``closeSuperseded(before:)``.
    func open(_ plan: ListenerPlan, _ route: RouteRelay, arrival: Arrival) throws(RelayError) {
        if let other = active[plan.place], other.arrival != arrival { supersede(other) }
        if let old = active[plan.place] ?? takeBack(plan.place, arrival) {
            active[plan.place] = old
            try change(old, to: plan, route)
        } else {
            let socket: ListeningSocket
            if let inherited = takeInherited(plan, arrival) {
                socket = inherited
            } else {
                socket = try bind(plan, arrival)
            }
            try socket.hear(plan.filter)
            add(plan, socket, route, arrival)
        }
        register(plan, route)
    }

    func close(_ place: InspectedFrontend.Place) {
        guard let listener = active.removeValue(forKey: place) else { return }
        relay.remove(listener.id)
        registry.remove(place)
    }

    private func supersede(_ listener: Active) {
        superseded.append((listener, .now))
        active[listener.plan.place] = nil
        registry.remove(listener.plan.place)
    }

    /// A listener that was replaced a moment ago: its socket is still bound.
    private func takeBack(_ place: InspectedFrontend.Place, _ arrival: Arrival) -> Active? {
        let index = superseded.firstIndex { $0.listener.plan.place == place && $0.listener.arrival == arrival }
        return index.map { superseded.remove(at: $0).listener }
    }

    /// Closes listeners that others replaced before `time`.
    func closeSuperseded(before time: ContinuousClock.Instant) {
        for old in superseded where old.since < time { relay.remove(old.listener.id) }
        superseded.removeAll { $0.since < time }
    }

    /// Ends UDP sessions with endpoints that no longer serve.
    func keepSessions(of place: InspectedFrontend.Place, with endpoints: Set<RelayAddress>) {
        guard let listener = active[place], place.transport == .udp else { return }
        relay.keepSessions(of: listener.id, with: endpoints)
    }

    /// Reports the handling of connections to the registry.
    func register(_ plan: ListenerPlan, _ route: RouteRelay) {
        guard let listener = active[plan.place] else { return }
        func destination(_ destination: Destination) -> InspectedFrontend.Destination {
            guard let balancer = route.balancer(destination) else { return destination == .drop ? .drop : .refuse }
            return .backends(Set(balancer.endpoints.map { Backend(address: $0.address, port: $0.port) }))
        }
        registry.set(
            OpenListeners.Entry(
                plan: plan, socket: listener.listener.socket, relay: route,
                isRedirected: listener.arrival == .redirected,
                inside: destination(plan.inside), outside: destination(plan.outside)))
    }

    /// Leaves new connections to another process. Accepted ones continue, and UDP sessions are answered.
    func handOver() {
        closeSuperseded(before: .now)
        for listener in active.values { relay.remove(listener.id, keepingSessions: true) }
        active = [:]
    }

    private func change(_ old: Active, to plan: ListenerPlan, _ route: RouteRelay) throws(RelayError) {
        if old.plan.filter != plan.filter { try old.listener.socket.hear(plan.filter) }
        if old.listener.counters === route.counters {
            old.listener.rules.withLock { $0 = route.rules(plan) }
            active[plan.place]?.plan = plan
        } else {
            // The frontend has moved from one Service to another. The socket stays, with its pending connections.
            relay.remove(old.id)
            add(plan, old.listener.socket, route, old.arrival)
        }
    }

    private func add(_ plan: ListenerPlan, _ socket: ListeningSocket, _ route: RouteRelay, _ arrival: Arrival) {
        let origin = arrival == .redirected ? plan.place.address.map { RelayAddress($0, plan.place.port) } : nil
        let listener = Listener(
            socket, rules: route.rules(plan), counters: route.counters,
            redirectedFrom: plan.place.transport == .tcp ? origin : nil)
        active[plan.place] = Active(plan: plan, listener: listener, id: relay.add(listener), arrival: arrival)
    }

    private func bind(_ plan: ListenerPlan, _ arrival: Arrival) throws(RelayError) -> ListeningSocket {
        let place = plan.place
        let any = RelayAddress(place.family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0), 0)
        switch arrival {
        case .redirected: return try ListeningSocket(place.transport, any)
        case .direct:
            return try ListeningSocket(
                place.transport, RelayAddress(place.address ?? any.address, place.port), awaitsAddress: true)
        }
    }

    private func takeInherited(_ plan: ListenerPlan, _ arrival: Arrival) -> ListeningSocket? {
        inherited.removeValue(forKey: InheritedSocket.Key(place: plan.place, isRedirected: arrival == .redirected))
    }
}

/// A socket handed over by an earlier process.
struct InheritedSocket {
    /// What the socket is for.
    struct Key: Hashable {
        var place: InspectedFrontend.Place
        var isRedirected: Bool
    }

    var key: Key
    var socket: ListeningSocket
}
