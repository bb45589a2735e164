package import ServiceRouting

/// What the connections of one Service port have done, where the mode carries them itself and can count them.
package struct ServiceTraffic: Sendable, Hashable {
    package var route: RouteKey
    /// Connections, or UDP sessions, so far and now.
    package var opened: UInt64
    package var active: UInt64
    /// Connections that no endpoint has taken.
    package var unserved: UInt64
    package var bytesToEndpoints: UInt64
    package var bytesToClients: UInt64
    /// Attempts to reach each endpoint that failed.
    package var failures: [Backend: UInt64]
    /// Seconds; the upper bounds of the buckets of the time that connecting took. The last bucket has no bound.
    package var connectBounds: [Double]
    /// How many connections were in each bucket, not cumulated.
    package var connectBuckets: [UInt64]
    /// Seconds, all together.
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
