package import InternetAddresses

/// How this node sends packets to an address.
package struct WayFacts: Sendable, Hashable {
    /// The route that the kernel chooses.
    package struct Route: Sendable, Hashable {
        package var device: String
        package var gateway: IPAddress?
        /// The prefix length of the chosen route; 0 for the default route, `nil` if the kernel does not report it.
        package var prefixLength: Int?
        /// The MTU of the device or the route, in bytes.
        package var mtu: Int
        /// Whether the address is this machine's own.
        package var isLocal: Bool

        package init(device: String, gateway: IPAddress? = nil, prefixLength: Int?, mtu: Int, isLocal: Bool = false) {
            self.device = device
            self.gateway = gateway
            self.prefixLength = prefixLength
            self.mtu = mtu
            self.isLocal = isLocal
        }
    }

    /// The results of two echo requests: a small one, and one as large as the route allows.
    package struct Echo: Sendable, Hashable {
        package var answersSmall: Bool
        package var answersLarge: Bool
        /// The size of the large packet, in bytes.
        package var size: Int
        /// The maximum size reported by a router or this machine; `nil` if none was.
        package var reported: Int?

        package init(answersSmall: Bool, answersLarge: Bool, size: Int, reported: Int? = nil) {
            self.answersSmall = answersSmall
            self.answersLarge = answersLarge
            self.size = size
            self.reported = reported
        }
    }

    package enum Outcome: Sendable, Hashable {
        case route(Route)
        /// There is none: `Network is unreachable`.
        case none(String)
    }

    package var outcome: Outcome
    /// Whether the next hop does not answer ARP or neighbour discovery.
    package var isNeighbourSilent = false
    package var echo: Echo?

    package init(_ outcome: Outcome) { self.outcome = outcome }

    package var route: Route? { if case .route(let route) = outcome { route } else { nil } }
}
