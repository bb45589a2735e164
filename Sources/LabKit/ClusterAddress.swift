/// The addresses of the lab's cluster: the same as in the recorded scenarios.
package enum ClusterAddress {
    /// The node under test, n1.
    package static let node = "172.30.0.2"
    /// The IPv6 address of the node under test.
    package static let node6 = "fd00:172:30::2"
    /// All pods of the cluster, as the proxy's `--cluster-cidr` takes them.
    package static let podNetworks = "10.244.0.0/16,fd00:10:244::/48"

    /// The pod of the node that is only a client.
    package static let clientPod = "10.244.0.250"
    static let clientPod6 = "fd00:10:244::250"
    static let remotePod = "10.244.2.250"
    static let remotePod6 = "fd00:10:244:2::250"
    /// A client outside the cluster.
    package static let outside = "203.0.113.10"
    static let outside6 = "2001:db8:113::10"
    static let outsideOther = "198.51.100.99"
    static let outsideOther6 = "2001:db8:51::99"

    /// The prefixes of the addresses of the node's own pods.
    static let podPrefix = "10.244.0."
    static let podPrefix6 = "fd00:10:244::"
    static let podGateway = "10.244.0.1"
}
