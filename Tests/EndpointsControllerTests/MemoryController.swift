import EndpointsController
import KubernetesAPI
import KubernetesObjects

/// The core on a ``MemoryAPI``: processes due Services until there are none.
struct MemoryController {
    var api = MemoryAPI()
    private var cluster: EndpointsCluster
    /// The number of writes.
    private(set) var writes = 0

    init(limits: EndpointsCluster.Limits = .init()) {
        cluster = EndpointsCluster(limits: limits)
    }

    /// A controller that has just started gets all objects again.
    mutating func restart(limits: EndpointsCluster.Limits = .init()) {
        _ = api.takeNews()
        cluster = EndpointsCluster(limits: limits)
        for document in api.objects.values { api.put(document, at: path(document)) }
    }

    private func path(_ document: Document) -> String {
        api.objects.first { $0.value.uid == document.uid }?.key ?? ""
    }

    /// - Returns: The number of writes.
    @discardableResult
    mutating func settle() -> Int {
        let before = writes
        var due: Set<NamespacedName> = []
        repeat {
            for change in api.takeNews() { due.formUnion(cluster.apply(change)) }
            for name in due.sorted() { carryOut(cluster.decide(name)) }
            due = []
        } while !api.news.isEmpty
        return writes - before
    }

    private mutating func carryOut(_ decision: EndpointsDecision) {
        let slices = "/apis/discovery.k8s.io/v1/namespaces/%/endpointslices"
        for slice in decision.slices.create {
            cluster.wrote(Slice(api.create(slice.document, collection: at(slices, slice.namespace))))
            writes += 1
        }
        for slice in decision.slices.update {
            cluster.wrote(Slice(api.put(slice.document, at: "\(at(slices, slice.namespace))/\(slice.name)")))
            writes += 1
        }
        for slice in decision.slices.delete {
            api.delete("\(at(slices, slice.namespace))/\(slice.name)")
            cluster.wroteDeletion(of: slice)
            writes += 1
        }
        let endpoints = "/api/v1/namespaces/%/endpoints"
        if let object = decision.endpoints {
            let collection = at(endpoints, object.name.namespace)
            let written =
                object.resourceVersion.isEmpty
                ? api.create(object.document, collection: collection)
                : api.put(object.document, at: "\(collection)/\(object.name.name)")
            cluster.wrote(ClassicEndpoints(written))
            writes += 1
        }
        if let object = decision.obsoleteEndpoints {
            api.delete("\(at(endpoints, object.name.namespace))/\(object.name.name)")
            cluster.wroteDeletion(of: object)
            writes += 1
        }
    }

    private func at(_ path: String, _ namespace: String) -> String { path.replacing("%", with: namespace) }
}
