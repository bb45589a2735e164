/// What a person settles by hand; `nil` and empty leave it to what is found on the node.
package struct DiagnosisSettings: Sendable, Hashable {
    package var manifests: String?
    package var kubeconfig: String?
    package var master: String?
    package var proxyMode: String?
    package var hostname: String?
    package var clusterCIDR: String?
    /// The resolv.conf of the client.
    package var resolverFile: String?
    /// The domain of the cluster.
    package var zone = "cluster.local"
    /// Whether DNS servers and backends are asked; otherwise only this machine is looked at.
    package var asksOthers = true

    /// Whether a packet is traced through the rules.
    package var traces = false

    package init() {}
}
