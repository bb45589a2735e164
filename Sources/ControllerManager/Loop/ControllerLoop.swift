import DocumentAccess

/// Follows the objects of a controller, and passes keys to its workers.
struct ControllerLoop<Cluster: FollowedCluster>: Sendable {
    typealias Outcome = WorkLoop<Cluster.Key>.Result

    let state: ClusterState<Cluster>
    /// The keys to process; none are handed out before every kind has been listed.
    let work: WorkLoop<Cluster.Key>
    private let source: any DocumentSource

    init(_ cluster: Cluster, source: any DocumentSource, workers: Int) {
        state = ClusterState(cluster)
        work = WorkLoop(WorkQueue(isOpen: false), workers: workers)
        self.source = source
    }

    /// Runs until the task is cancelled.
    ///
    /// `onListed`: called when the last kind was listed, and with each list after that.
    /// `look`: processes one key; called for several concurrently, but never twice for the same.
    func run(
        onListed: @escaping @Sendable () -> Void = {}, look: @escaping @Sendable (Cluster.Key) async -> Outcome
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for kind in Cluster.Kind.allCases {
                group.addTask {
                    try await source.follow(Cluster.resource(of: kind)) { news in await receive(news, kind, onListed) }
                }
            }
            group.addTask { try await work.run(look) }
            while try await group.next() != nil {}
        }
    }

    private func receive(_ news: DocumentNews, _ kind: Cluster.Kind, _ onListed: @Sendable () -> Void) async {
        switch news {
        case .page(let page):
            work.add(await state.apply(page, of: kind, page.documents.map { Cluster.read(.set($0), of: kind) }))
            if page.isLast, await state.isComplete {
                onListed()
                work.open()
            }
        case .changes(let changes):
            work.add(await state.apply(changes.map { Cluster.read($0, of: kind) }))
        }
    }
}
