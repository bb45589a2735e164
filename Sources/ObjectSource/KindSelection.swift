package import KubernetesAPI

/// A kind of object that a consumer wants, and which of its objects.
///
/// A source delivers at least these. An API server selects them; a folder of manifests holds few objects, and delivers
/// all of the kind.
package struct KindSelection: Sendable, Hashable {
    package var kind: ObjectKind
    /// As the API's `labelSelector`; empty for any labels.
    package var labelSelector: String
    /// As the API's `fieldSelector`; empty for any fields.
    package var fieldSelector: String
    /// Whether the consumer can do without the kind: where an API server does not serve it, or does not let us read it,
    /// there is none of it.
    package var isOptional: Bool
    /// Whether ``Service/selector`` is kept; a proxy does not read it, and pays for none.
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
    /// What a node proxy reads, as kube-proxy selects it: Services with a cluster IP that are left to this proxy,
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
