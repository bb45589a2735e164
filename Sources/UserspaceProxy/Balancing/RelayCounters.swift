import Synchronization

/// Connection counters of one Service port. Written by all threads of a relay, read from any thread.
package final class RelayCounters: Sendable {
    /// The upper bounds of the buckets of ``Values/connectTimes``, in seconds.
    package static let connectBounds: [Double] = [0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5]

    let opened = Atomic<UInt64>(0)
    let closed = Atomic<UInt64>(0)
    let unserved = Atomic<UInt64>(0)
    let bytesToEndpoints = Atomic<UInt64>(0)
    let bytesToClients = Atomic<UInt64>(0)
    private let connects = Mutex(ConnectTimes())
    private let failures = Mutex<[RelayAddress: UInt64]>([:])

    package init() {}

    /// The time of connecting to endpoints.
    package struct ConnectTimes: Sendable, Hashable {
        /// The number of connections in each bucket of ``RelayCounters/connectBounds``, not cumulative; the last one is
        /// for those that took longer.
        package var buckets = [UInt64](repeating: 0, count: RelayCounters.connectBounds.count + 1)
        /// Seconds in total.
        package var sum = 0.0
    }

    /// A snapshot of the counters.
    package struct Values: Sendable, Hashable {
        /// Connections and UDP sessions that were accepted, and those of them that have ended.
        package var opened: UInt64 = 0
        package var closed: UInt64 = 0
        /// Connections that no endpoint accepted.
        package var unserved: UInt64 = 0
        package var bytesToEndpoints: UInt64 = 0
        package var bytesToClients: UInt64 = 0
        package var connectTimes = ConnectTimes()
        /// Failed connection attempts, for current endpoints.
        package var failures: [RelayAddress: UInt64] = [:]

        package init() {}
    }

    package var values: Values {
        var values = Values()
        // In this order, so that a connection that opens and closes meanwhile is not counted only as closed.
        values.closed = closed.load(ordering: .sequentiallyConsistent)
        values.opened = opened.load(ordering: .sequentiallyConsistent)
        values.unserved = unserved.load(ordering: .relaxed)
        values.bytesToEndpoints = bytesToEndpoints.load(ordering: .relaxed)
        values.bytesToClients = bytesToClients.load(ordering: .relaxed)
        values.connectTimes = connects.withLock { $0 }
        values.failures = failures.withLock { $0 }
        return values
    }

    /// A connection to an endpoint was made, in this many nanoseconds.
    func connected(in nanoseconds: UInt64) {
        let seconds = Double(nanoseconds) / 1e9
        connects.withLock { times in
            times.sum += seconds
            times.buckets[Self.connectBounds.firstIndex { seconds <= $0 } ?? Self.connectBounds.count] += 1
        }
    }

    func failed(_ endpoint: RelayAddress) {
        failures.withLock { $0[endpoint, default: 0] += 1 }
    }

    /// Drops failure counts of removed endpoints.
    package func keepFailures(of endpoints: Set<RelayAddress>) {
        failures.withLock { failures in
            if !failures.isEmpty { failures = failures.filter { endpoints.contains($0.key) } }
        }
    }
}
