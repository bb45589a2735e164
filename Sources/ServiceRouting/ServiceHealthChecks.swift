import InternetAddresses
package import KubernetesAPI

/// The answers to load balancers that check whether this node has endpoints of a Service: for each Service with a
/// `healthCheckNodePort`, the number of its ready endpoints here. A plain value, updated by routing changes.
package struct ServiceHealthChecks: Sendable, Hashable {
    /// One Service.
    package struct Check: Sendable, Hashable {
        package var port: UInt16
        /// Ready endpoints on this node. A pod counts once, regardless of its ports and IP families. Terminating
        /// endpoints do not count.
        package var localEndpoints: Int
    }

    private struct Entry: Sendable, Hashable {
        var port: UInt16
        var addresses: [RouteKey: [IPAddress]] = [:]

        /// A pod has at most one address in each family.
        var localEndpoints: Int {
            var families: [IPFamily: Set<IPAddress>] = [:]
            for (key, addresses) in addresses { families[key.family, default: []].formUnion(addresses) }
            return families.values.map(\.count).max() ?? 0
        }
    }

    private var entries: [NamespacedName: Entry] = [:]
    /// Where node ports are open, and with them the ports of these checks.
    package private(set) var nodePorts: NodePortAddresses

    /// No Services.
    package init() { nodePorts = NodePortAddresses() }

    /// The Services of a snapshot.
    package init(_ snapshot: RoutingSnapshot) {
        nodePorts = snapshot.nodePorts
        for route in snapshot.routes { add(route) }
    }

    /// Applies a change, in time proportional to the change.
    package mutating func apply(_ change: RoutingChange) {
        if let nodePorts = change.nodePorts { self.nodePorts = nodePorts }
        for entry in change.entries {
            if entry.old?.healthCheck != nil { remove(entry.key) }
            if let route = entry.new { add(route) }
        }
    }

    private mutating func add(_ route: ServicePortRoute) {
        guard let check = route.healthCheck else { return }
        let service = route.key.name.service
        entries[service, default: Entry(port: check.port)].port = check.port
        entries[service]?.addresses[route.key] = check.readyEndpoints
    }

    private mutating func remove(_ key: RouteKey) {
        let service = key.name.service
        entries[service]?.addresses[key] = nil
        if entries[service]?.addresses.isEmpty == true { entries[service] = nil }
    }

    /// All Services with a check.
    package var services: [NamespacedName: Check] {
        entries.mapValues { Check(port: $0.port, localEndpoints: $0.localEndpoints) }
    }
}
