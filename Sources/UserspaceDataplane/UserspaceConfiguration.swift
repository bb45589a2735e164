package import Dataplane

/// The operator's settings for userspace mode.
package struct UserspaceConfiguration: Sendable, Hashable {
    /// How connections to addresses that the machine does not have, such as clusterIPs, reach the proxy.
    package enum Reach: String, Sendable, Hashable, CaseIterable {
        /// A small nf_tables table redirects them to a port of the proxy.
        case redirect
        /// Routes of type `local` on the loopback interface make the addresses local to the machine.
        case loopback
        /// Not at all: the machine is left untouched.
        case none
    }

    /// How to recognise traffic from this node's pods.
    package var localTraffic: LocalTraffic
    /// `nil` for the first one that the machine allows.
    package var reach: Reach?
    /// How long a proxy that has handed over waits for its connections to end, in seconds.
    package var drainTimeout: Int

    package init(localTraffic: LocalTraffic = .unknown, reach: Reach? = nil, drainTimeout: Int = 600) {
        self.localTraffic = localTraffic
        self.reach = reach
        self.drainTimeout = drainTimeout
    }
}
