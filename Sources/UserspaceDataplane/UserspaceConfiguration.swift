package import Dataplane

/// The operator's settings for the mode `userspace`.
package struct UserspaceConfiguration: Sendable, Hashable {
    /// How connections reach the proxy at addresses that the machine does not have, such as clusterIPs.
    package enum Reach: String, Sendable, Hashable, CaseIterable {
        /// Through rules of a small table of nf_tables, which redirect them to a port of the proxy.
        case redirect
        /// The addresses become local ones of the machine, through routes of type `local` on the loopback interface.
        case loopback
        /// Not at all: nothing of the machine is touched.
        case none
    }

    /// How to recognise traffic from this node's pods.
    package var localTraffic: LocalTraffic
    /// `nil` for the first one that the machine allows.
    package var reach: Reach?
    /// How long the proxy that hands over to another one waits for the end of its connections, in seconds.
    package var drainTimeout: Int

    package init(localTraffic: LocalTraffic = .unknown, reach: Reach? = nil, drainTimeout: Int = 600) {
        self.localTraffic = localTraffic
        self.reach = reach
        self.drainTimeout = drainTimeout
    }
}
