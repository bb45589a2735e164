package import InternetAddresses
import Synchronization

extension Balancer {
    /// A client that stays with its endpoint.
    package struct Affinity: Sendable, Hashable {
        package var client: IPAddress
        package var endpoint: RelayAddress
        /// Milliseconds since the client's last new connection.
        package var age: UInt64

        package init(client: IPAddress, endpoint: RelayAddress, age: UInt64) {
            self.client = client
            self.endpoint = endpoint
            self.age = age
        }
    }

    /// The clients that currently stay with endpoints, in no order.
    package var affinities: [Affinity] { affinities(at: MonotonicTime.now) }

    func affinities(at now: UInt64) -> [Affinity] {
        state.withLock { state in
            state.clients.compactMap { client, known in
                let age = MonotonicTime.elapsed(since: known.lastUse, at: now)
                guard age < state.timeout else { return nil }
                return Affinity(client: client, endpoint: known.endpoint, age: age / 1_000_000)
            }
        }
    }

    /// Takes over clients from another process if their endpoint is among ours. An already known client
    /// stays where it is.
    package func restore(_ affinities: [Affinity]) { restore(affinities, at: MonotonicTime.now) }

    func restore(_ affinities: [Affinity], at now: UInt64) {
        state.withLock { state in
            guard state.timeout > 0 else { return }
            let present = Set(state.endpoints)
            for affinity in affinities where present.contains(affinity.endpoint) {
                let (age, isTooLong) = affinity.age.multipliedReportingOverflow(by: 1_000_000)
                guard !isTooLong, age < state.timeout, state.clients[affinity.client] == nil,
                    state.clients.count < Self.maximumClients
                else { continue }
                state.clients[affinity.client] = Remembered(
                    endpoint: affinity.endpoint, lastUse: now - min(age, now))
            }
        }
    }
}
