package import KubernetesAPI

/// A kind of object that a consumer wants, and a selection of its objects.
///
/// A source delivers at least these. An API server applies the selection; a folder of manifests, which holds few
/// objects, delivers all of the kind.
package struct KindSelection: Sendable, Hashable {
    package var kind: ObjectKind
    /// As the API's `labelSelector`; empty for any labels.
    package var labelSelector: String
    /// As the API's `fieldSelector`; empty for any fields.
    package var fieldSelector: String
    /// Whether the consumer can do without the kind: if an API server does not serve it, or forbids reading it, there
    /// are no objects of it.
    package var isOptional: Bool
    /// Whether ``Service/selector`` is kept; a proxy does not read it and saves the memory.
    package var keepsSelectors: Bool

    package init(
        _ kind: ObjectKind, labelSelector: String = "", fieldSelector: String = "", isOptional: Bool = false,
        keepsSelectors: Bool = false
    ) {
        self.kind = kind
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.isOptional = isOptional
        self.keepsSelectors = keepsSelectors
    }
}

extension KindSelection {
    /// What a node proxy reads, as kube-proxy selects it: Services with a cluster IP that are not another proxy's,
    /// EndpointSlices that are not headless, and the Node `nodeName`; also the networks of cluster IPs, which API
    /// servers before Kubernetes 1.33 do not serve.
    package static func nodeProxy(nodeName: String) -> [KindSelection] {
        [
            KindSelection(
                .service, labelSelector: "!\(WellKnown.serviceProxyName)", fieldSelector: "spec.clusterIP!=None"),
            KindSelection(.endpointSlice, labelSelector: "!\(WellKnown.headless)"),
            KindSelection(.node, fieldSelector: "metadata.name=\(nodeName)"),
            KindSelection(.serviceCIDR, isOptional: true),
        ]
    }
}
