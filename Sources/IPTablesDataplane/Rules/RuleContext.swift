import Dataplane
import InternetAddresses
import ServiceRouting

/// All that rules depend on besides the routes: the family, the settings, the node, and what its kernel can do.
struct RuleContext: Sendable, Hashable {
    var family: IPFamily
    var masqueradeMark: UInt32
    /// What tells traffic of the node's own pods; `nil` if nothing does.
    var localTraffic: LocalMatch?
    /// The addresses on which node ports are open; `nil` for all.
    var nodePortAddresses: [IPAddress]?
    /// Whether node ports are open on loopback addresses. Never true for IPv6, where the kernel cannot route them.
    var localhostNodePorts: Bool
    var acceptsInvalidPackets: Bool
    var capabilities: Capabilities

    init(
        _ configuration: IPTablesConfiguration, family: IPFamily, nodePorts: NodePortAddresses,
        capabilities: Capabilities
    ) {
        self.family = family
        self.capabilities = capabilities
        masqueradeMark = 1 << UInt32(configuration.masqueradeBit & 31)
        localTraffic = LocalMatch(configuration.dataplane.localTraffic, family: family)
        acceptsInvalidPackets = configuration.acceptsInvalidPackets
        let isOpenEnded = nodePorts.openEndedFamilies.contains(family)
        let addresses = nodePorts.addresses(of: family)
        localhostNodePorts =
            family == .ipv4 && configuration.localhostNodePorts
            && (isOpenEnded || addresses.contains(where: \.isLoopback))
        nodePortAddresses = isOpenEnded ? nil : addresses
    }

    /// The mark as rules have it: `0x4000`.
    var mark: String { "0x" + String(masqueradeMark, radix: 16) }
    /// All loopback addresses of the family.
    var loopback: String { family == .ipv4 ? "127.0.0.0/8" : "::1/128" }
    /// The ICMP answer of the target REJECT.
    var unreachable: String { family == .ipv4 ? "icmp-port-unreachable" : "icmp6-port-unreachable" }
    /// The mask with which the match `recent` tells clients apart: the whole address.
    var wholeAddress: String {
        family == .ipv4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    }
}

/// What the kernel and the programs can do.
struct Capabilities: Sendable, Hashable {
    /// `MASQUERADE --random-fully`: iptables 1.6.2 or later.
    var randomFully = true
    /// Counters that rules can name (`nfacct`), which the metrics read.
    var counters = true
}

/// How a rule tells traffic of the node's own pods from other traffic.
enum LocalMatch: Sendable, Hashable {
    case network(IPNetwork)
    /// `+` at the end stands for the rest of any name.
    case interface(String)

    /// Of several networks of one family the first counts: one rule cannot say "from none of these".
    init?(_ traffic: LocalTraffic, family: IPFamily) {
        switch traffic {
        case .unknown: return nil
        case .networks:
            guard let network = traffic.networks(of: family).first else { return nil }
            self = .network(network)
        case .bridge(let name): self = .interface(name)
        case .interfacePrefix(let prefix): self = .interface(prefix + "+")
        }
    }

    /// What stands before `-d` in a rule for local traffic.
    var source: String {
        if case .network(let network) = self { "-s \(network) " } else { "" }
    }

    /// What stands behind `-d`.
    var interface: String {
        if case .interface(let name) = self { "-i \(name) " } else { "" }
    }

    /// As ``source``, for all other traffic.
    var otherSource: String { source.isEmpty ? "" : "! " + source }
    /// As ``interface``, for all other traffic.
    var otherInterface: String { interface.isEmpty ? "" : "! " + interface }
}

extension IPAddress {
    /// The address as a network of its own: `10.96.0.1/32`.
    var asNetwork: String { "\(self)/\(family.addressBits)" }
}
