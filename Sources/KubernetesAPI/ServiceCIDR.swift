package import InternetAddresses

/// A ServiceCIDR (`networking.k8s.io/v1`): networks that cluster IPs are allocated from.
///
/// See https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/service-cidr-v1/. API servers before
/// Kubernetes 1.33 do not serve it.
package struct ServiceCIDR: Sendable, Hashable {
    package var metadata: ObjectMeta
    /// `spec.cidrs`: at most one network per IP family.
    package var networks: [IPNetwork]
    /// Whether new cluster IPs may come from it: true unless the condition `Ready` says otherwise. Addresses already
    /// allocated stay in use, even while it is being deleted.
    package var isReady: Bool
    /// Values that were left out.
    package var refusals: [FieldRefusal] = []

    package init(metadata: ObjectMeta, networks: [IPNetwork] = [], isReady: Bool = true) {
        self.metadata = metadata
        self.networks = networks
        self.isReady = isReady
    }
}
