import ServiceRouting

/// The route of each place, and the number of connections to each route. A plain value.
///
/// A route's number never decreases while the route exists, even if its places change.
struct CountedRoutes: Sendable {
    /// The places to remove from and add to the kernel, in this order.
    struct Edits: Sendable, Hashable {
        var removed: Set<CountedPlace> = []
        var added: Set<CountedPlace> = []

        var isEmpty: Bool { removed.isEmpty && added.isEmpty }
    }

    private var places: [RouteKey: Set<CountedPlace>] = [:]
    private var owners: [CountedPlace: RouteKey] = [:]
    /// Connections to places that a route no longer has.
    private var past: [RouteKey: UInt64] = [:]
    /// The kernel's last count.
    private var current: [CountedPlace: UInt64] = [:]

    /// All places at which the kernel counts connections.
    var allPlaces: some Collection<CountedPlace> { owners.keys }

    /// The number of connections to each route, from the kernel's last counts.
    var totals: [RouteKey: UInt64] {
        var totals = places.mapValues { _ in UInt64(0) }
        totals.merge(past.filter { places[$0.key] != nil }) { $0 + $1 }
        for (place, count) in current {
            if let owner = owners[place] { totals[owner, default: 0] += count }
        }
        return totals
    }

    /// The edits for `changes`. The value itself is unchanged until ``commit(_:)``.
    func edits(_ changes: CountedChanges) -> Edits {
        var edits = Edits()
        for (route, new) in changes.places {
            let old = places[route] ?? []
            edits.removed.formUnion(old.subtracting(new))
            edits.added.formUnion(new.subtracting(old))
        }
        if changes.isEverything {
            for (route, old) in places where changes.places[route] == nil { edits.removed.formUnion(old) }
        }
        return edits
    }

    /// Updates the kernel's counts of some places.
    mutating func take(_ counts: [CountedPlace: UInt64]) {
        for (place, count) in counts where owners[place] != nil { current[place] = count }
    }

    /// Records that the kernel has applied the changes.
    mutating func commit(_ changes: CountedChanges) {
        if changes.isEverything {
            for route in places.keys where changes.places[route] == nil { remove(route) }
        }
        // Places may move from one route to another: the loser comes first.
        for (route, new) in changes.places { retire((places[route] ?? []).subtracting(new), of: route) }
        for (route, new) in changes.places {
            guard !new.isEmpty else {
                remove(route)
                continue
            }
            for place in new { owners[place] = route }
            places[route] = new
        }
    }

    /// Records that the kernel's counts are lost, as with the end of a table.
    mutating func restart() {
        for (place, count) in current {
            if let owner = owners[place] { past[owner, default: 0] += count }
        }
        current = [:]
    }

    private mutating func remove(_ route: RouteKey) {
        retire(places.removeValue(forKey: route) ?? [], of: route)
        past[route] = nil
    }

    private mutating func retire(_ places: Set<CountedPlace>, of route: RouteKey) {
        for place in places where owners[place] == route {
            past[route, default: 0] += current.removeValue(forKey: place) ?? 0
            owners[place] = nil
        }
    }
}
