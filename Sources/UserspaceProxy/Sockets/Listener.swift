package import InternetAddresses
package import Synchronization

/// A listening socket and the handling of its connections.
package final class Listener: Sendable {
    package let socket: ListeningSocket
    package let counters: RelayCounters
    /// The original destination of connections redirected to the socket, if they arrive that way; others are reset.
    package let redirectedFrom: RelayAddress?
    /// May change at any time; existing connections are not affected.
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

/// The handling of new connections.
package struct ListenerRules: Sendable {
    /// For clients inside; `nil` refuses them.
    package var inside: Balancer?
    /// For all others.
    package var outside: Balancer?
    /// The networks of clients inside. Used only if the two differ.
    package var insideNetworks: [IPNetwork]
    /// The header about the client that endpoints receive before its first byte.
    package var proxyHeader: ProxyHeader?

    package init(
        inside: Balancer?, outside: Balancer?, insideNetworks: [IPNetwork] = [], proxyHeader: ProxyHeader? = nil
    ) {
        self.inside = inside
        self.outside = outside
        self.insideNetworks = insideNetworks
        self.proxyHeader = proxyHeader
    }

    /// The same rules for all clients.
    package init(_ balancer: Balancer?, proxyHeader: ProxyHeader? = nil) {
        self.init(inside: balancer, outside: balancer, proxyHeader: proxyHeader)
    }

    func balancer(for client: IPAddress) -> Balancer? {
        if inside === outside { return inside }
        return insideNetworks.contains { $0.contains(client) } ? inside : outside
    }
}
