/// A resource of the API: a kind of object under its name in paths.
package struct ResourceName: Sendable, Hashable {
    /// `v1` or `discovery.k8s.io/v1`.
    package var apiVersion: String
    package var kind: String
    /// `services`
    package var plural: String
    package var isNamespaced: Bool

    package init(_ apiVersion: String, _ kind: String, _ plural: String, isNamespaced: Bool = true) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// Where the API serves the objects of a namespace, or of the whole cluster for `nil`:
    /// `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices`.
    package func path(namespace: String?) -> String {
        let root = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
        guard isNamespaced, let namespace else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }
}

extension ResourceName {
    package static let services = ResourceName("v1", "Service", "services")
    package static let pods = ResourceName("v1", "Pod", "pods")
    package static let nodes = ResourceName("v1", "Node", "nodes", isNamespaced: false)
    package static let namespaces = ResourceName("v1", "Namespace", "namespaces", isNamespaced: false)
    package static let serviceAccounts = ResourceName("v1", "ServiceAccount", "serviceaccounts")
    package static let endpoints = ResourceName("v1", "Endpoints", "endpoints")
    package static let endpointSlices = ResourceName("discovery.k8s.io/v1", "EndpointSlice", "endpointslices")
    package static let deployments = ResourceName("apps/v1", "Deployment", "deployments")
    package static let replicaSets = ResourceName("apps/v1", "ReplicaSet", "replicasets")
    package static let leases = ResourceName("coordination.k8s.io/v1", "Lease", "leases")
}
