import Dataplane
import InternetAddresses

/// Everything that the rules of one IP family depend on besides the routes.
struct RuleContext: Sendable, Hashable {
    var family: IPFamily
    var masqueradeMark: UInt32
    var masqueradesAll: Bool
    /// How rules recognize traffic that does not come from the node's own pods; `nil` if they cannot.
    var foreignTraffic: String?
    /// Whether the program knows `MASQUERADE --random-fully`: iptables 1.6.2 or later.
    var randomFully: Bool
    /// Whether no "port unreachable" leaves this node. See ``KernelProgrammer``.
    var hidesRefusals = false

    init(_ configuration: IPVSConfiguration, family: IPFamily, randomFully: Bool = true) {
        self.family = family
        masqueradeMark = 1 << UInt32(configuration.masqueradeBit & 31)
        masqueradesAll = configuration.masqueradesAll
        self.randomFully = randomFully
        switch configuration.dataplane.localTraffic {
        case .unknown: foreignTraffic = nil
        // Uses the first of several networks of one family: a single rule cannot match "from none of these".
        case .networks:
            foreignTraffic = configuration.dataplane.localTraffic.networks(of: family).first.map { "! -s \($0) " }
        case .bridge(let name): foreignTraffic = "! -i \(name) "
        case .interfacePrefix(let prefix): foreignTraffic = "! -i \(prefix)+ "
        }
    }

    /// The mark as in rules: `0x4000`.
    var mark: String { "0x" + String(masqueradeMark, radix: 16) }
    /// All loopback addresses of the family.
    var loopback: String { family == .ipv4 ? "127.0.0.0/8" : "::1/128" }
    /// Matches the kernel's refusal of packets to a virtual server without real servers, as `iptables-save` prints it.
    var refusal: String {
        family == .ipv4 ? "-p icmp -m icmp --icmp-type 3/3 " : "-p ipv6-icmp -m icmp6 --icmpv6-type 1/4 "
    }
    /// The ICMP answer of the target REJECT.
    var unreachable: String { family == .ipv4 ? "icmp-port-unreachable" : "icmp6-port-unreachable" }
}
