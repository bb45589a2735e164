import InternetAddresses
import Synchronization

/// Chooses endpoints for new connections: in turn, or with affinity the client's previous one.
///
/// Shared by all threads of a relay. Times are nanoseconds of the monotonic clock.
package final class Balancer: Sendable {
    /// The maximum number of clients remembered. Those beyond the limit are served, but not remembered.
    static let maximumClients = 1 << 16

    struct Remembered {
        var endpoint: RelayAddress
        var lastUse: UInt64
    }

    struct State {
        var endpoints: [RelayAddress] = []
        var next = 0
        /// Nanoseconds; 0 without affinity.
        var timeout: UInt64 = 0
        var clients: [IPAddress: Remembered] = [:]
        var fullUntil: UInt64 = 0
    }

    let state: Mutex<State>

    /// `affinityTimeout` is the number of seconds for which a client stays with its endpoint after its
    /// last new connection.
    package init(_ endpoints: [RelayAddress] = [], affinityTimeout: UInt32? = nil) {
        state = Mutex(State())
        update(endpoints, affinityTimeout: affinityTimeout)
    }

    /// Replaces the endpoints. Clients of remaining endpoints stay with them; the rotation continues where it was.
    package func update(_ endpoints: [RelayAddress], affinityTimeout: UInt32?) {
        state.withLock { state in
            if state.endpoints != endpoints, !state.clients.isEmpty {
                let present = Set(endpoints)
                state.clients = state.clients.filter { present.contains($0.value.endpoint) }
            }
            state.endpoints = endpoints
            state.timeout = UInt64(affinityTimeout ?? 0) * 1_000_000_000
            if state.timeout == 0 { state.clients = [:] }
            state.fullUntil = 0
        }
    }

    /// The endpoints to choose from.
    package var endpoints: [RelayAddress] { state.withLock { $0.endpoints } }

    /// The endpoint for a new connection of a client; `nil` if there is none. A client whose endpoint is `failed` gets
    /// another one if there is any, and stays with that.
    func choose(for client: IPAddress, after failed: RelayAddress? = nil, at now: UInt64) -> RelayAddress? {
        state.withLock { state in
            guard !state.endpoints.isEmpty else { return nil }
            guard state.timeout > 0 else { return Self.turn(&state, after: failed) }
            if failed == nil, let known = state.clients[client],
                MonotonicTime.elapsed(since: known.lastUse, at: now) < state.timeout
            {
                state.clients[client]?.lastUse = now
                return known.endpoint
            }
            let endpoint = Self.turn(&state, after: failed)
            Self.remember(client, endpoint, &state, at: now)
            return endpoint
        }
    }

    private static func turn(_ state: inout State, after failed: RelayAddress?) -> RelayAddress {
        if state.next >= state.endpoints.count { state.next = 0 }
        if state.endpoints[state.next] == failed { state.next = (state.next + 1) % state.endpoints.count }
        defer { state.next += 1 }
        return state.endpoints[state.next]
    }

    private static func remember(_ client: IPAddress, _ endpoint: RelayAddress, _ state: inout State, at now: UInt64) {
        if state.clients.count >= maximumClients, state.clients[client] == nil {
            // Searching all of them is worthwhile only occasionally.
            guard now >= state.fullUntil else { return }
            state.clients = state.clients.filter {
                MonotonicTime.elapsed(since: $0.value.lastUse, at: now) < state.timeout
            }
            state.fullUntil = now + 1_000_000_000
            guard state.clients.count < maximumClients else { return }
        }
        state.clients[client] = Remembered(endpoint: endpoint, lastUse: now)
    }
}
