package import InternetAddresses

/// DNS queries with their answers, and the configuration of a client's resolver.
package struct DNSFacts: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case addresses([IPAddress])
        /// The code: `NXDOMAIN`, `SERVFAIL` …
        case code(String)
        case silent
        /// Nothing listens there, or there is no route.
        case unreachable(String)
    }

    package struct Reply: Sendable, Hashable {
        package var name: String
        /// The server queried, `10.96.0.10:53`.
        package var server: String
        package var outcome: Outcome

        package init(name: String, server: String, outcome: Outcome) {
            self.name = name
            self.server = server
            self.outcome = outcome
        }
    }

    /// The contents of a client's resolv.conf; `nil` if no client was named.
    package struct Resolver: Sendable, Hashable {
        package var path: String
        package var servers: [IPAddress]
        package var search: [String]
        package var ndots: Int

        package init(path: String, servers: [IPAddress], search: [String], ndots: Int) {
            self.path = path
            self.servers = servers
            self.search = search
            self.ndots = ndots
        }
    }

    package var zone = "cluster.local"
    package var replies: [Reply] = []
    package var resolver: Resolver?

    package init() {}
}
