import IPTables
import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// The rules of one route: lines in chains that all Services share, and chains of its own in the table nat.
///
/// Rules are written as `iptables-save` prints them, so that what is programmed can be read in either place.
struct ServiceRules: Sendable, Hashable {
    /// A chain that nobody else writes to.
    struct Chain: Sendable, Hashable {
        var name: String
        var rules: [String]
    }

    var shared: [SharedRule] = []
    /// Those that lead to others first, those of the endpoints last.
    var chains: [Chain] = []
}

/// One rule of a route in a chain that all Services share.
struct SharedRule: Sendable, Hashable {
    var chain: SharedChain
    /// The whole line: `-A KUBE-SERVICES -d …`.
    var text: String
}

/// The chains in which all Services have rules. The order of Services in them means nothing.
enum SharedChain: Sendable, Hashable, CaseIterable {
    /// nat: leads connections to a Service's chains.
    case services
    /// nat: the same by port, for the node's own addresses.
    case nodePorts
    /// filter: refuses connections to clusterIPs that have nowhere to go.
    case unservedClusterIPs
    /// filter: refuses connections to external addresses and node ports that have nowhere to go.
    case unservedExternals
    /// filter: lets health checks of load balancers in.
    case healthChecks
    /// filter: drops what a Service's source ranges did not admit.
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
