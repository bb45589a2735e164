/// How many users each of some shared things has: a clusterIP is shared by the ports of its Service, an endpoint by all
/// Services that lead to it.
///
/// Within a change, users are added and removed in any order; only the net effect matters.
package struct UseCounts<Thing: Hashable & Sendable>: Sendable {
    private var counts: [Thing: Int] = [:]
    /// Things whose count has changed since ``settle()``, and whether they were in use before.
    private var touched: [Thing: Bool] = [:]

    package init() {}

    /// The things with at least one user.
    package var inUse: Dictionary<Thing, Int>.Keys { counts.keys }

    /// Whether nothing has a user.
    package var isEmpty: Bool { counts.isEmpty }

    /// Whether `thing` has a user.
    package func contains(_ thing: Thing) -> Bool { counts[thing] != nil }

    /// Adds a user of `thing`.
    package mutating func increment(_ thing: Thing) {
        let count = counts[thing] ?? 0
        if touched[thing] == nil { touched[thing] = count > 0 }
        counts[thing] = count + 1
    }

    /// Removes a user of `thing`. Harmless if it has none.
    package mutating func decrement(_ thing: Thing) {
        guard let count = counts[thing] else { return }
        if touched[thing] == nil { touched[thing] = true }
        counts[thing] = count > 1 ? count - 1 : nil
    }

    /// The things that got their first user, and those that lost their last, since the previous call.
    package mutating func settle() -> (began: [Thing], ended: [Thing]) {
        var (began, ended): ([Thing], [Thing]) = ([], [])
        for (thing, wasInUse) in touched where (counts[thing] != nil) != wasInUse {
            if wasInUse { ended.append(thing) } else { began.append(thing) }
        }
        touched = [:]
        return (began, ended)
    }
}
