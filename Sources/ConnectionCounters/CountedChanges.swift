package import ServiceRouting

/// The places of routes that have come, gone or changed, of which the counter has not taken notice yet.
///
/// Later changes of a route replace earlier ones, so that no more is kept than there are routes.
package struct CountedChanges: Sendable, Hashable {
    /// Whether all routes are in ``places``, and those that are not are gone.
    private(set) var isEverything = false
    /// An empty set for a route that is gone.
    private(set) var places: [RouteKey: Set<CountedPlace>] = [:]

    /// No change.
    package init() {}

    /// Everything that a data plane programs.
    package init(_ snapshot: RoutingSnapshot) {
        isEverything = true
        for route in snapshot.routes { places[route.key] = route.countedPlaces }
    }

    /// What a data plane has changed.
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
