import Dataplane
import IPTables
import InternetAddresses

/// The rules that do not depend on Services.
struct FixedRules {
    /// In the order of insertion, each at the top of its chain.
    static let jumps: [Jump] = {
        let new = "-m conntrack --ctstate NEW "
        let comment = { (text: String) in "-m comment --comment \"\(text)\" " }
        let external = new + comment("kubernetes externally-visible service portals")
        let portals = comment("kubernetes service portals")
        let firewall = new + comment("kubernetes load balancer firewall")
        return [
            Jump(table: .filter, from: "INPUT", match: external, to: ChainName.externalServices),
            Jump(table: .filter, from: "FORWARD", match: external, to: ChainName.externalServices),
            Jump(
                table: .filter, from: "INPUT", match: comment("kubernetes health check service ports"),
                to: ChainName.nodePorts),
            Jump(table: .filter, from: "FORWARD", match: new + portals, to: ChainName.services),
            Jump(table: .filter, from: "OUTPUT", match: new + portals, to: ChainName.services),
            Jump(
                table: .filter, from: "FORWARD", match: comment("kubernetes forwarding rules"), to: ChainName.forward),
            Jump(table: .filter, from: "INPUT", match: firewall, to: ChainName.loadBalancerFirewall),
            Jump(table: .filter, from: "OUTPUT", match: firewall, to: ChainName.loadBalancerFirewall),
            Jump(table: .filter, from: "FORWARD", match: firewall, to: ChainName.loadBalancerFirewall),
            Jump(table: .nat, from: "OUTPUT", match: portals, to: ChainName.services),
            Jump(table: .nat, from: "PREROUTING", match: portals, to: ChainName.services),
            Jump(
                table: .nat, from: "POSTROUTING", match: comment("kubernetes postrouting rules"),
                to: ChainName.postrouting),
            Jump(table: .filter, from: "INPUT", match: "", to: ChainName.localhostFirewall, isKubelets: true),
            Jump(table: .filter, from: "OUTPUT", match: "", to: ChainName.localhostFirewall, isKubelets: true),
        ]
    }()

    let context: RuleContext

    /// The chains that hold fixed rules or none, except KUBE-FIREWALL, which may hold kubelet's rules.
    static func chains(in table: Table) -> [String] {
        switch table {
        case .mangle: [ChainName.canary]
        case .filter: [ChainName.canary, ChainName.forward]
        case .nat: [ChainName.canary, ChainName.postrouting, ChainName.markForMasquerade]
        }
    }

    /// Chains that exist, and are not empty, unless our rules have been removed.
    static let witnesses: [TableProbe.Witness] = {
        let canaries = Table.allCases.map { TableProbe.Witness(table: $0, chain: ChainName.canary, hasRules: false) }
        let filled: [(Table, [String])] = [
            (.filter, ["INPUT", "FORWARD", "OUTPUT", ChainName.forward]),
            (
                .nat,
                [
                    "PREROUTING", "OUTPUT", "POSTROUTING", ChainName.services, ChainName.postrouting,
                    ChainName.markForMasquerade,
                ]
            ),
        ]
        return canaries
            + filled.flatMap { table, chains in
                chains.map { TableProbe.Witness(table: table, chain: $0, hasRules: true) }
            }
    }()

    /// The rules of ``chains(in:)``.
    func rules(in table: Table) -> [String] {
        switch table {
        case .mangle: []
        case .filter: forwarding
        case .nat: masquerading
        }
    }

    /// The end of `KUBE-SERVICES`: packets to no Service's address are dispatched by port.
    var nodePortJumps: [String] {
        let comment =
            "-m comment --comment \"kubernetes service nodeports; NOTE: this must be the last rule in this chain\""
        let head = "-A \(ChainName.services)"
        guard let addresses = context.nodePortAddresses else {
            let except = context.localhostNodePorts ? "" : "! -d \(context.loopback) "
            return ["\(head) \(except)\(comment) -m addrtype --dst-type LOCAL -j \(ChainName.nodePorts)"]
        }
        return addresses.map { "\(head) -d \($0.asNetwork) \(comment) -j \(ChainName.nodePorts)" }
    }

    private var masquerading: [String] {
        let (chain, mark) = (ChainName.postrouting, context.mark)
        return [
            "-A \(ChainName.markForMasquerade) -j MARK --set-xmark \(mark)/\(mark)",
            "-A \(chain) -m mark ! --mark \(mark)/\(mark) -j RETURN",
            // A packet that passes here twice is not masqueraded twice.
            "-A \(chain) -j MARK --set-xmark \(mark)/0x0",
            "-A \(chain) -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE"
                + (context.capabilities.randomFully ? " --random-fully" : ""),
        ]
    }

    private var forwarding: [String] {
        let (chain, mark) = (ChainName.forward, context.mark)
        let counter =
            context.capabilities.counters ? "-m nfacct --nfacct-name  \(PacketCounter.invalidPackets.rawValue) " : ""
        let drop = "-A \(chain) -m conntrack --ctstate INVALID \(counter)-j DROP"
        return (context.acceptsInvalidPackets ? [] : [drop]) + [
            // Makes Services work whatever the policy of FORWARD.
            "-A \(chain) -m comment --comment \"kubernetes forwarding rules\" -m mark --mark \(mark)/\(mark) -j ACCEPT",
            "-A \(chain) -m comment --comment \"kubernetes forwarding conntrack rule\" "
                + "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        ]
    }

    /// With `route_localnet` a neighbour could send packets to 127.0.0.1: see https://issue.k8s.io/90259.
    var localhostFirewall: [String] {
        guard context.localhostNodePorts else { return [] }
        return [
            "-A \(ChainName.localhostFirewall) ! -s \(context.loopback) -d \(context.loopback) "
                + "-m comment --comment \"block incoming localnet connections\" "
                + "-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP"
        ]
    }
}
