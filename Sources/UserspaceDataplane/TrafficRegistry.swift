import Dataplane
import ServiceRouting
import Synchronization
import UserspaceProxy

/// The counters of all routes, for metrics. Shared by threads.
final class TrafficRegistry: Sendable {
    private let routes = Mutex<[RouteKey: RelayCounters]>([:])

    /// The counters of a route, initially zero.
    func counters(for key: RouteKey) -> RelayCounters {
        routes.withLock { routes in
            if let counters = routes[key] { return counters }
            let counters = RelayCounters()
            routes[key] = counters
            return counters
        }
    }

    func remove(_ key: RouteKey) { routes.withLock { $0[key] = nil } }

    /// All counters, in no order.
    var traffic: [ServiceTraffic] {
        routes.withLock { $0 }.map { key, counters in
            let values = counters.values
            return ServiceTraffic(
                route: key, opened: values.opened, active: values.opened - values.closed, unserved: values.unserved,
                bytesToEndpoints: values.bytesToEndpoints, bytesToClients: values.bytesToClients,
                failures: Dictionary(
                    uniqueKeysWithValues: values.failures.map {
                        (Backend(address: $0.key.address, port: $0.key.port), $0.value)
                    }),
                connectBounds: RelayCounters.connectBounds, connectBuckets: values.connectTimes.buckets,
                connectSeconds: values.connectTimes.sum)
        }
    }
}
