import Dataplane
import InternetAddresses
import ServiceRouting

/// Everything besides routes that rules depend on: the family, the configuration, the node, and its kernel's
/// capabilities.
struct RuleContext: Sendable, Hashable {
    var family: IPFamily
    var masqueradeMark: UInt32
    /// How to recognise traffic from the node's pods; `nil` if unknown.
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

    /// The mark in hexadecimal: `0x4000`.
    var mark: String { "0x" + String(masqueradeMark, radix: 16) }
    /// All loopback addresses of the family.
    var loopback: String { family == .ipv4 ? "127.0.0.0/8" : "::1/128" }
    /// The ICMP answer of the target REJECT.
    var unreachable: String { family == .ipv4 ? "icmp-port-unreachable" : "icmp6-port-unreachable" }
    /// The mask with which the match `recent` distinguishes clients: the whole address.
    var wholeAddress: String {
        family == .ipv4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    }
}

/// Optional features of the kernel and the programs.
struct Capabilities: Sendable, Hashable {
    /// `MASQUERADE --random-fully`: iptables 1.6.2 or later.
    var randomFully = true
    /// Named counters (`nfacct`), which the metrics read.
    var counters = true
}

/// How a rule recognises traffic from the node's pods.
enum LocalMatch: Sendable, Hashable {
    case network(IPNetwork)
    /// A name, or a prefix that ends in `+`.
    case interface(String)

    /// Takes the first of several networks of one family: a single rule cannot match "from none of these".
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

    /// The match before `-d` in a rule for local traffic.
    var source: String {
        if case .network(let network) = self { "-s \(network) " } else { "" }
    }

    /// The match after `-d`.
    var interface: String {
        if case .interface(let name) = self { "-i \(name) " } else { "" }
    }

    /// The opposite of ``source``.
    var otherSource: String { source.isEmpty ? "" : "! " + source }
    /// The opposite of ``interface``.
    var otherInterface: String { interface.isEmpty ? "" : "! " + interface }
}

extension IPAddress {
    /// The network that holds only this address: `10.96.0.1/32`.
    var asNetwork: String { "\(self)/\(family.addressBits)" }
}
