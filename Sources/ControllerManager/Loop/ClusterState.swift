import DocumentAccess
import KubernetesAPI
import KubernetesObjects

/// The objects of a controller, shared by all its tasks.
actor ClusterState<Cluster: FollowedCluster> {
    private var cluster: Cluster
    private var missing = Set(Cluster.Kind.allCases)
    private var listed: [Cluster.Kind: Set<NamespacedName>] = [:]

    init(_ cluster: Cluster) {
        self.cluster = cluster
    }

    /// Whether a list of each kind has been read.
    var isComplete: Bool { missing.isEmpty }

    /// - Returns: The keys to process.
    func apply(_ changes: [Cluster.Change]) -> Set<Cluster.Key> {
        var concerned: Set<Cluster.Key> = []
        for change in changes { concerned.formUnion(cluster.apply(change)) }
        return concerned
    }

    /// Applies a page of a list; the last one removes objects absent from all pages.
    ///
    /// `changes`: the changes of the page's documents.
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

    /// Accesses the cluster, to get a decision or record a write.
    func with<Result: Sendable>(_ body: @Sendable (inout Cluster) -> Result) -> Result { body(&cluster) }
}

extension Document {
    var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}
