/// The kinds of object that are read in their lean, typed form.
///
/// A kind is added by a case here, its row in ``registration``, and a case of ``KubernetesObject``.
package enum ObjectKind: String, Sendable, Hashable, CaseIterable {
    case service = "Service"
    case endpointSlice = "EndpointSlice"
    case node = "Node"
    case serviceCIDR = "ServiceCIDR"
    case namespace = "Namespace"
    case pod = "Pod"
}

/// What the API and the readers need to know about one kind.
package struct KindRegistration {
    /// `v1` or `discovery.k8s.io/v1`.
    package let apiVersion: String
    /// The name of the resource in paths: `services`.
    package let resource: String
    /// What a log line calls several of them: `Services`.
    package let plural: String
    /// Whether each object lives in a namespace.
    package var isNamespaced = true
    /// Whether all labels are kept, rather than those in ``WellKnown/keptLabels`` only.
    var keepsAllLabels = false
    /// Reads the kind from JSON, YAML and protobuf.
    let document: any ObjectDocument.Type
}

extension ObjectKind {
    /// The row of the kind: the only place that says how the API serves it and how it is read.
    package var registration: KindRegistration {
        switch self {
        case .service:
            KindRegistration(
                apiVersion: "v1", resource: "services", plural: "Services", document: ServiceDocument.self)
        case .endpointSlice:
            KindRegistration(
                apiVersion: "discovery.k8s.io/v1", resource: "endpointslices", plural: "EndpointSlices",
                document: EndpointSliceDocument.self)
        case .node:
            KindRegistration(
                apiVersion: "v1", resource: "nodes", plural: "Nodes", isNamespaced: false,
                document: NodeDocument.self)
        case .serviceCIDR:
            KindRegistration(
                apiVersion: "networking.k8s.io/v1", resource: "servicecidrs", plural: "ServiceCIDRs",
                isNamespaced: false, document: ServiceCIDRDocument.self)
        case .namespace:
            KindRegistration(
                apiVersion: "v1", resource: "namespaces", plural: "Namespaces", isNamespaced: false,
                document: NamespaceDocument.self)
        case .pod:
            KindRegistration(
                apiVersion: "v1", resource: "pods", plural: "Pods", keepsAllLabels: true,
                document: PodDocument.self)
        }
    }

    /// `v1` or `discovery.k8s.io/v1`.
    package var apiVersion: String { registration.apiVersion }

    /// Where the API serves the objects of all namespaces: `/apis/discovery.k8s.io/v1/endpointslices`.
    package var path: String {
        let registration = registration
        let root = registration.apiVersion.contains("/") ? "/apis" : "/api"
        return "\(root)/\(registration.apiVersion)/\(registration.resource)"
    }
}
