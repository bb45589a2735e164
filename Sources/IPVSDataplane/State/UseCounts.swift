/// How many users each of some shared things has: a clusterIP is shared by the ports of its Service, an endpoint by all
/// Services that lead to it.
///
/// Within a change users come and go in any order; only what is different at its end matters.
struct UseCounts<Thing: Hashable & Sendable>: Sendable {
    private var counts: [Thing: Int] = [:]
    /// Things whose count has changed since ``settle()``, and whether they were in use before.
    private var touched: [Thing: Bool] = [:]

    var inUse: Dictionary<Thing, Int>.Keys { counts.keys }
    var isEmpty: Bool { counts.isEmpty }

    mutating func increment(_ thing: Thing) {
        let count = counts[thing] ?? 0
        if touched[thing] == nil { touched[thing] = count > 0 }
        counts[thing] = count + 1
    }

    mutating func decrement(_ thing: Thing) {
        guard let count = counts[thing] else { return }
        if touched[thing] == nil { touched[thing] = true }
        counts[thing] = count > 1 ? count - 1 : nil
    }

    /// What came into use and what went out of use since the last call.
    mutating func settle() -> (began: [Thing], ended: [Thing]) {
        let began = touched.filter { !$0.value && counts[$0.key] != nil }.map(\.key)
        let ended = touched.filter { $0.value && counts[$0.key] == nil }.map(\.key)
        touched.removeAll(keepingCapacity: true)
        return (began, ended)
    }
}
