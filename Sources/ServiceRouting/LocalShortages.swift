package import InternetAddresses

/// Service ports whose connections are dropped on this node: traffic policy `Local` restricts them to the node's
/// endpoints, and all endpoints are elsewhere. A plain value, updated by routing changes.
package struct LocalShortages: Sendable, Hashable {
    private var internalPolicy: Set<RouteKey> = []
    private var externalPolicy: Set<RouteKey> = []

    /// No Services.
    package init() {}

    /// The Services of a snapshot.
    package init(_ snapshot: RoutingSnapshot) {
        for route in snapshot.routes { add(route) }
    }

    /// Applies a change, in time proportional to the change.
    package mutating func apply(_ change: RoutingChange) {
        for entry in change.entries {
            internalPolicy.remove(entry.key)
            externalPolicy.remove(entry.key)
            if let route = entry.new { add(route) }
        }
    }

    private mutating func add(_ route: ServicePortRoute) {
        for frontend in route.frontends {
            if !frontend.kind.isExternal, frontend.inside == .drop { internalPolicy.insert(route.key) }
            if frontend.kind.isExternal, frontend.outside == .drop { externalPolicy.insert(route.key) }
        }
    }

    /// Because of `internalTrafficPolicy: Local`, in one IP family.
    package func underInternalPolicy(_ family: IPFamily) -> Int { internalPolicy.count { $0.family == family } }

    /// Because of `externalTrafficPolicy: Local`, in one IP family.
    package func underExternalPolicy(_ family: IPFamily) -> Int { externalPolicy.count { $0.family == family } }
}
