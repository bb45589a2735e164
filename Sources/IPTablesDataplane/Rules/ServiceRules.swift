import IPTables
import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// The rules of one route: some in chains shared by all Services, the others in its own chains of the table nat.
///
/// Rules are in the form of `iptables-save`, so that they can be compared with the programmed ones.
struct ServiceRules: Sendable, Hashable {
    /// A chain of one route.
    struct Chain: Sendable, Hashable {
        var name: String
        var rules: [String]
    }

    var shared: [SharedRule] = []
    /// The endpoints' chains last.
    var chains: [Chain] = []
}

/// One rule of a route in a shared chain.
struct SharedRule: Sendable, Hashable {
    var chain: SharedChain
    /// The whole line: `-A KUBE-SERVICES -d …`.
    var text: String
}

/// The chains in which all Services have rules. The order of Services in them is irrelevant.
enum SharedChain: Sendable, Hashable, CaseIterable {
    /// nat: dispatches connections by address and port.
    case services
    /// nat: dispatches connections to the node's own addresses, by port.
    case nodePorts
    /// filter: rejects or drops connections to clusterIPs without a usable endpoint.
    case unservedClusterIPs
    /// filter: rejects or drops connections to external addresses and node ports without a usable endpoint.
    case unservedExternals
    /// filter: accepts health checks of load balancers.
    case healthChecks
    /// filter: drops connections from outside a Service's source ranges.
    case loadBalancerFirewall

    var table: Table {
        switch self {
        case .services, .nodePorts: .nat
        case .unservedClusterIPs, .unservedExternals, .healthChecks, .loadBalancerFirewall: .filter
        }
    }

    var name: String {
        switch self {
        case .services, .unservedClusterIPs: ChainName.services
        case .nodePorts, .healthChecks: ChainName.nodePorts
        case .unservedExternals: ChainName.externalServices
        case .loadBalancerFirewall: ChainName.loadBalancerFirewall
        }
    }
}
