import IPTables
import InternetAddresses
import ServiceRouting

/// The names of a Service port's own chains.
extension ChainName {
    /// Spreads connections over the endpoints of traffic policy Cluster.
    static func cluster(_ name: ServicePortName) -> String { "KUBE-SVC-" + hash(name) }

    /// Spreads connections over the endpoints of traffic policy Local.
    static func local(_ name: ServicePortName) -> String { "KUBE-SVL-" + hash(name) }

    /// Takes connections to external addresses and node ports.
    static func external(_ name: ServicePortName) -> String { "KUBE-EXT-" + hash(name) }

    /// Admits connections to a load balancer's address from its source ranges.
    static func firewall(_ name: ServicePortName) -> String { "KUBE-FW-" + hash(name) }

    /// Leads to one endpoint, written `address:port`.
    static func endpoint(_ name: ServicePortName, _ endpoint: String) -> String {
        "KUBE-SEP-" + hash(name, endpoint)
    }

    /// Whether a chain of the table nat belongs to one Service. `KUBE-XLB-` is kube-proxy's before 1.25.
    static func isOfService(_ chain: some StringProtocol) -> Bool {
        ["KUBE-SVC-", "KUBE-SVL-", "KUBE-EXT-", "KUBE-FW-", "KUBE-SEP-", "KUBE-XLB-"].contains { chain.hasPrefix($0) }
    }

    private static func hash(_ name: ServicePortName, _ endpoint: String = "") -> String {
        hash(name.description + name.transport.lowercased + endpoint)
    }
}
