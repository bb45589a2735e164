/// The user's settings; `nil` and empty mean the values found on the node.
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
    /// Whether DNS servers and backends are probed; otherwise only this machine is checked.
    package var asksOthers = true

    /// Whether to trace a packet through the rules.
    package var traces = false

    package init() {}
}
