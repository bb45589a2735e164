import DocumentAccess
import KubernetesAPI
import KubernetesObjects

/// The objects of a controller, which all its tasks share.
actor ClusterState<Cluster: FollowedCluster> {
    private var cluster: Cluster
    private var missing = Set(Cluster.Kind.allCases)
    private var listed: [Cluster.Kind: Set<NamespacedName>] = [:]

    init(_ cluster: Cluster) {
        self.cluster = cluster
    }

    /// Whether a list of each kind has been read.
    var isComplete: Bool { missing.isEmpty }

    /// - Returns: what has to be looked at.
    func apply(_ changes: [Cluster.Change]) -> Set<Cluster.Key> {
        var concerned: Set<Cluster.Key> = []
        for change in changes { concerned.formUnion(cluster.apply(change)) }
        return concerned
    }

    /// Takes a page of a list in; the last one removes what no page had.
    ///
    /// `changes`: what the documents of the page say.
    func apply(_ page: DocumentPage, of kind: Cluster.Kind, _ changes: [Cluster.Change]) -> Set<Cluster.Key> {
        var concerned = apply(changes)
        if page.isFirst { listed[kind] = nil }
        listed[kind, default: []].formUnion(page.documents.map(\.namespacedName))
        guard page.isLast else { return concerned }
        let present = listed.removeValue(forKey: kind) ?? []
        for name in cluster.names(of: kind) where !present.contains(name) {
            concerned.formUnion(cluster.apply(Cluster.removal(of: name, kind, version: page.version)))
        }
        missing.remove(kind)
        return concerned
    }

    /// Asks the cluster what to do, or tells it what was written.
    func with<Result: Sendable>(_ body: @Sendable (inout Cluster) -> Result) -> Result { body(&cluster) }
}

extension Document {
    var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}
