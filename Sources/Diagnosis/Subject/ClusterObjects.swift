package import KubernetesAPI

/// A snapshot of the objects for a diagnosis.
package struct ClusterObjects: Sendable {
    /// Their source: `the manifests in /etc/services`, `the API server https://10.0.0.1:6443`.
    package var origin: String
    package var services: [NamespacedName: Service] = [:]
    package var slices: [EndpointSlice] = []
    package var nodes: [Node] = []
    package var ranges: [ServiceCIDR] = []
    /// `nil` if Pods are not visible: the reader may not list them, or a folder of manifests has none.
    package var pods: [Pod]?
    /// Why Pods are not visible; empty if they are, or were not requested.
    package var podFailure = ""
    /// Details of Pods that routing does not read.
    package var reports: [NamespacedName: PodReport] = [:]
    /// Errors that kept objects from being read, or from being served as written.
    package var problems: [Finding] = []

    /// Whether objects are missing because the source, or a part of it, could not be read. A proxy keeps what it knew.
    var areIncomplete: Bool {
        problems.contains {
            [.apiUnreachable, .certificateExpired, .tokenExpired, .manifestRefused].contains($0.code)
        }
    }

    /// No objects.
    package init(origin: String) { self.origin = origin }

    /// Objects of any kinds. If none is a Pod, Pods count as not visible.
    package init(origin: String, _ objects: some Sequence<KubernetesObject>) {
        self.init(origin: origin)
        for object in objects { add(object) }
    }

    /// Adds an object, or replaces the Service of its name.
    package mutating func add(_ object: KubernetesObject) {
        switch object {
        case .service(let service): services[service.metadata.namespacedName] = service
        case .endpointSlice(let slice): slices.append(slice)
        case .node(let node): nodes.append(node)
        case .serviceCIDR(let range): ranges.append(range)
        case .pod(let pod): pods = (pods ?? []) + [pod]
        case .namespace: break
        }
    }

    /// The slices of a Service, by name.
    func slices(of service: NamespacedName) -> [EndpointSlice] {
        slices.filter { $0.service == service }.sorted { $0.metadata.name < $1.metadata.name }
    }

    /// The Pods that a Service's selector matches and that have not ended; `nil` if Pods are not visible or the
    /// Service has no selector.
    func pods(of service: Service) -> [Pod]? {
        guard let pods, !service.selector.isEmpty else { return nil }
        return pods.filter {
            $0.metadata.namespace == service.metadata.namespace && !$0.hasEnded
                && $0.metadata.labels.matches(service.selector)
        }
    }

    /// Everything that routing reads.
    package var changes: [ObjectChange] {
        services.values.map { .set(.service($0)) } + slices.map { .set(.endpointSlice($0)) }
            + nodes.map { .set(.node($0)) } + ranges.map { .set(.serviceCIDR($0)) }
    }
}

/// Details of a Pod's status and events beyond its readiness.
package struct PodReport: Sendable, Hashable {
    /// Why it is not ready: `container web: CrashLoopBackOff: back-off 5m0s restarting failed container`.
    package var reasons: [String] = []
    /// The latest warning about it.
    package var event: String?
    /// The ports that its containers declare.
    package var declaredPorts: [UInt16] = []

    package init() {}
}

extension Pod {
    /// Whether it has ended for good.
    var hasEnded: Bool { phase == .succeeded || phase == .failed }
}

extension Labels {
    /// `app=web,tier=front`, by key.
    package var text: String { dictionary.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",") }
}
