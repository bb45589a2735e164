package import ServiceRouting

/// The places of added, removed and changed routes that the counter has not processed yet.
///
/// Later changes of a route replace earlier ones, so that their number is bounded by that of routes.
package struct CountedChanges: Sendable, Hashable {
    /// Whether ``places`` has all routes, so that others are gone.
    private(set) var isEverything = false
    /// An empty set for a removed route.
    private(set) var places: [RouteKey: Set<CountedPlace>] = [:]

    /// No change.
    package init() {}

    /// Everything that a data plane programs.
    package init(_ snapshot: RoutingSnapshot) {
        isEverything = true
        for route in snapshot.routes { places[route.key] = route.countedPlaces }
    }

    /// A change that a data plane has applied.
    package init(_ change: RoutingChange) {
        for entry in change.entries { places[entry.key] = entry.new?.countedPlaces ?? [] }
    }

    package var isEmpty: Bool { !isEverything && places.isEmpty }

    /// Adds later changes.
    package mutating func merge(_ later: CountedChanges) {
        guard !later.isEverything else { return self = later }
        places.merge(later.places) { _, new in new }
    }
}
