import DocumentAccess
import EndpointsController
import KubernetesAPI
import KubernetesObjects

/// The ``EndpointsCluster`` that all tasks share.
actor EndpointsState {
    private var cluster: EndpointsCluster
    private var missing = Set(EndpointsCluster.Kind.allCases)
    private var listed: [EndpointsCluster.Kind: Set<NamespacedName>] = [:]

    init(limits: EndpointsCluster.Limits) {
        cluster = EndpointsCluster(limits: limits)
    }

    /// Whether a list of each kind has been read.
    var isComplete: Bool { missing.isEmpty }

    func apply(_ changes: [EndpointsCluster.Change]) -> Set<NamespacedName> {
        var concerned: Set<NamespacedName> = []
        for change in changes { concerned.formUnion(cluster.apply(change)) }
        return concerned
    }

    /// Takes a page of a list in; the last one removes what no page had.
    ///
    /// `changes`: what the documents of the page say.
    func apply(
        _ page: DocumentPage, of kind: EndpointsCluster.Kind, _ changes: [EndpointsCluster.Change]
    ) -> Set<NamespacedName> {
        var concerned = apply(changes)
        if page.isFirst { listed[kind] = nil }
        listed[kind, default: []].formUnion(page.documents.map(\.namespacedName))
        guard page.isLast else { return concerned }
        let present = listed.removeValue(forKey: kind) ?? []
        for name in cluster.names(of: kind) where !present.contains(name) {
            concerned.formUnion(cluster.apply(.removed(kind, name, version: page.version)))
        }
        missing.remove(kind)
        return concerned
    }

    func decide(_ name: NamespacedName) -> EndpointsDecision { cluster.decide(name) }

    func wrote(_ slice: Slice) { cluster.wrote(slice) }
    func wroteDeletion(of slice: Slice) { cluster.wroteDeletion(of: slice) }
    func wrote(_ endpoints: ClassicEndpoints) { cluster.wrote(endpoints) }
    func wroteDeletion(of endpoints: ClassicEndpoints) { cluster.wroteDeletion(of: endpoints) }
}
