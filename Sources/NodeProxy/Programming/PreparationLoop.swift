import Dataplane
import Mailboxes
import ServiceRouting

/// Has the data plane prepare for the routes decided so far, while the sources still deliver the initial state: in a
/// large cluster, reading and programming take about as long.
struct PreparationLoop: Sendable {
    let changes: Mailbox<ForeseenChanges>
    let dataplane: any Dataplane

    /// Runs until the initial state is complete, or the task is cancelled.
    func run() async {
        while let next = await changes.next({ $0.take() }), !next.isEmpty {
            for change in next { await dataplane.prepare(change) }
        }
    }
}

/// The changes of routes since the data plane last prepared, while the initial state is incomplete. At most as large as
/// that state.
struct ForeseenChanges: Sendable {
    /// The number of routes and backends from which preparing pays off. The first of them also show the data plane what
    /// the others will be like.
    static let threshold = 20_000

    private var changes: [RoutingChange] = []
    private var size = 0
    private var hasBegun = false
    private var isOver = false

    mutating func add(_ change: RoutingChange) {
        guard !isOver, !change.entries.isEmpty else { return }
        changes.append(change)
        size += change.entries.reduce(0) { $0 + 1 + ($1.new?.clusterBackends.count ?? 0) }
    }

    /// The initial state is complete: there is nothing more to prepare.
    mutating func end() {
        self = ForeseenChanges()
        isOver = true
    }

    /// What to prepare now: nothing after the end, and `nil` while there is too little.
    mutating func take() -> [RoutingChange]? {
        if isOver { return [] }
        guard size >= (hasBegun ? 1 : Self.threshold) else { return nil }
        defer { (changes, size, hasBegun) = ([], 0, true) }
        return changes
    }
}
