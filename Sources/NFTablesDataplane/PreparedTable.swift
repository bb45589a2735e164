import ServiceRouting

/// Decides how long filling a table before all routes are known pays off.
///
/// When a chain begins to use a map, the kernel walks over all its elements, 0.27 µs each. The classes of the first
/// routes are opened while the table is empty. If later routes need many others, it is faster to start anew once all
/// are known.
struct PreparedTable: Sendable {
    /// The number of elements that the kernel may walk over: a quarter of a second.
    private static let walkLimit = 1_000_000

    private var backends = 0
    private var walked = 0
    private var lateClasses: Set<RouteClass> = []

    /// Counts a change. False if no more is to be prepared.
    mutating func accepts(_ change: RoutingChange, _ state: TableState) -> Bool {
        let open = state.openClasses
        for route in change.entries.lazy.compactMap(\.new) where route.key.family == state.family {
            for routeClass in ProgrammedRoute.newClasses(route, knowsPods: state.knowsPods)
            where !open.contains(routeClass) && lateClasses.insert(routeClass).inserted {
                walked += backends
            }
            backends += route.clusterBackends.count
        }
        return walked <= Self.walkLimit
    }
}
