package import InternetAddresses
package import Synchronization

/// A listening socket and what becomes of its connections.
package final class Listener: Sendable {
    package let socket: ListeningSocket
    package let counters: RelayCounters
    /// The address that connections had before they were redirected to the socket, where that is how they arrive;
    /// others are reset.
    package let redirectedFrom: RelayAddress?
    /// May change at any time; connections that are made already stay as they are.
    package let rules: Mutex<ListenerRules>

    package init(
        _ socket: ListeningSocket, rules: ListenerRules, counters: RelayCounters, redirectedFrom: RelayAddress? = nil
    ) {
        self.socket = socket
        self.rules = Mutex(rules)
        self.counters = counters
        self.redirectedFrom = redirectedFrom
    }
}

/// What becomes of new connections.
package struct ListenerRules: Sendable {
    /// For clients inside; `nil` refuses them.
    package var inside: Balancer?
    /// For all others.
    package var outside: Balancer?
    /// Where clients are inside. Asked only if the two differ.
    package var insideNetworks: [IPNetwork]
    /// What endpoints are told of the client in front of its first byte.
    package var proxyHeader: ProxyHeader?

    package init(
        inside: Balancer?, outside: Balancer?, insideNetworks: [IPNetwork] = [], proxyHeader: ProxyHeader? = nil
    ) {
        self.inside = inside
        self.outside = outside
        self.insideNetworks = insideNetworks
        self.proxyHeader = proxyHeader
    }

    /// Rules for everyone alike.
    package init(_ balancer: Balancer?, proxyHeader: ProxyHeader? = nil) {
        self.init(inside: balancer, outside: balancer, proxyHeader: proxyHeader)
    }

    func balancer(for client: IPAddress) -> Balancer? {
        if inside === outside { return inside }
        return insideNetworks.contains { $0.contains(client) } ? inside : outside
    }
}
