package import ServiceRouting

/// The traffic of one Service port, in a mode that carries connections itself and can count them.
package struct ServiceTraffic: Sendable, Hashable {
    package var route: RouteKey
    /// Connections, or UDP sessions, so far and now.
    package var opened: UInt64
    package var active: UInt64
    /// Connections that no endpoint accepted.
    package var unserved: UInt64
    package var bytesToEndpoints: UInt64
    package var bytesToClients: UInt64
    /// Failed attempts to reach each endpoint.
    package var failures: [Backend: UInt64]
    /// Seconds; the upper bounds of the connect time buckets. The last bucket has no bound.
    package var connectBounds: [Double]
    /// The number of connections in each bucket, not cumulative.
    package var connectBuckets: [UInt64]
    /// Seconds in total.
    package var connectSeconds: Double

    package init(
        route: RouteKey, opened: UInt64, active: UInt64, unserved: UInt64, bytesToEndpoints: UInt64,
        bytesToClients: UInt64, failures: [Backend: UInt64], connectBounds: [Double], connectBuckets: [UInt64],
        connectSeconds: Double
    ) {
        self.route = route
        self.opened = opened
        self.active = active
        self.unserved = unserved
        self.bytesToEndpoints = bytesToEndpoints
        self.bytesToClients = bytesToClients
        self.failures = failures
        self.connectBounds = connectBounds
        self.connectBuckets = connectBuckets
        self.connectSeconds = connectSeconds
    }
}
