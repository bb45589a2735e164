import DocumentAccess
import KubernetesAPI
import KubernetesObjects
import ReplicaController

/// The ``WorkloadCluster`` that all tasks share.
actor WorkloadState {
    private var cluster = WorkloadCluster()
    private var missing = Set(WorkloadCluster.Kind.allCases)
    private var listed: [WorkloadCluster.Kind: Set<NamespacedName>] = [:]

    /// Whether a list of each kind has been read.
    var isComplete: Bool { missing.isEmpty }

    func set(_ kind: WorkloadCluster.Kind, _ documents: [Document]) -> Set<WorkloadCluster.Key> {
        documents.reduce(into: []) { $0.formUnion(cluster.set(kind, $1)) }
    }

    func remove(_ kind: WorkloadCluster.Kind, _ document: Document) -> Set<WorkloadCluster.Key> {
        cluster.remove(kind, document.namespacedName, version: document.resourceVersion)
    }

    /// Takes a page of a list in; the last one removes what no page had.
    func apply(_ page: DocumentPage, of kind: WorkloadCluster.Kind) -> Set<WorkloadCluster.Key> {
        var concerned = set(kind, page.documents)
        if page.isFirst { listed[kind] = nil }
        listed[kind, default: []].formUnion(page.documents.map(\.namespacedName))
        guard page.isLast else { return concerned }
        let present = listed.removeValue(forKey: kind) ?? []
        for name in cluster.names(of: kind) where !present.contains(name) {
            concerned.formUnion(cluster.remove(kind, name, version: page.version))
        }
        missing.remove(kind)
        return concerned
    }

    func decide(_ key: WorkloadCluster.Key, now: Int64) -> WorkloadDecision { cluster.decide(key, now: now) }

    func wroteDeletion(of pod: WorkloadPod) { cluster.wroteDeletion(of: pod) }
}

extension Document {
    var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}
