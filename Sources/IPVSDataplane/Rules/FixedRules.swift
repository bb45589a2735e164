import IPTables
import InternetAddresses

/// The rules of one IP family, as `iptables-save` prints them. They refer to sets, and hardly depend on Services: only
/// rules about empty sets are omitted, as in kube-proxy.
struct FixedRules: Sendable, Hashable {
    /// In chain order.
    private(set) var rules: [Table: [String]] = [:]
    let context: RuleContext

    init(for state: DesiredState, in context: RuleContext) {
        let family = context.family
        let filled = Set(SetName.allCases.filter { !state.isEmpty(SetID($0, family)) })
        self.init(filled: filled, barriers: state.nodeBarriers(of: family), in: context)
    }

    /// The rules where these sets have entries.
    init(filled: Set<SetName>, barriers: [NodeBarrier], in context: RuleContext) {
        self.context = context
        rules[.nat] = nat(filled)
        rules[.filter] = filter(filled, barriers: barriers)
    }

    private func nat(_ filled: Set<SetName>) -> [String] {
        let mark = context.mark
        var rules: [String] = ["-A \(IPVSChains.loadBalancer) -j \(ChainName.markForMasquerade)"]
        if filled.contains(.loadBalancerLocal) {
            rules.insert(rule(IPVSChains.loadBalancer, .loadBalancerLocal, "dst,dst", "RETURN"), at: 0)
        }
        rules.append("-A \(ChainName.markForMasquerade) -j MARK --set-xmark \(mark)/\(mark)")
        let nodePorts: [(SetName, SetName, String, String)] = [
            (.nodePortLocalTCP, .nodePortTCP, "-p tcp ", "dst"), (.nodePortLocalUDP, .nodePortUDP, "-p udp ", "dst"),
            (.nodePortLocalSCTP, .nodePortSCTP, "-p sctp ", "dst,dst"),
        ]
        for (local, all, transport, fields) in nodePorts {
            let chain = "\(IPVSChains.nodePort) \(transport)".trimmed
            if filled.contains(local) { rules.append(rule(chain, local, fields, "RETURN")) }
            if filled.contains(all) { rules.append(rule(chain, all, fields, ChainName.markForMasquerade)) }
        }
        if filled.contains(.loopBack) {
            rules.append(rule(ChainName.postrouting, .loopBack, "dst,dst,src", "MASQUERADE"))
        }
        rules += [
            "-A \(ChainName.postrouting) -m mark ! --mark \(mark)/\(mark) -j RETURN",
            // A packet that passes here twice is not masqueraded twice.
            "-A \(ChainName.postrouting) -j MARK --set-xmark \(mark)/0x0",
            "-A \(ChainName.postrouting) -m comment --comment \"kubernetes service traffic requiring SNAT\" -j "
                + "MASQUERADE"
                + (context.randomFully ? " --random-fully" : ""),
        ]
        return rules + services(filled)
    }

    private func services(_ filled: Set<SetName>) -> [String] {
        let chain = ChainName.services
        var rules = ["-A \(chain) -s \(context.loopback) -j RETURN"]
        if filled.contains(.loadBalancer) {
            rules.append(rule(chain, .loadBalancer, "dst,dst", IPVSChains.loadBalancer))
        }
        if filled.contains(.clusterIP) {
            let mark = ChainName.markForMasquerade
            if context.masqueradesAll {
                rules.append(rule(chain, .clusterIP, "dst,dst", mark))
            } else if let foreign = context.foreignTraffic {
                rules.append(rule("\(chain) \(foreign)".trimmed, .clusterIP, "dst,dst", mark))
            } else {
                // The node itself may choose a clusterIP as the source of its connections to clusterIPs.
                rules.append(rule(chain, .clusterIP, "src,dst", mark))
            }
        }
        for set in [SetName.externalIP, .externalIPLocal] where filled.contains(set) {
            if set == .externalIP { rules.append(rule(chain, set, "dst,dst", ChainName.markForMasquerade)) }
            // Everything from other machines: not through a bridge, and not from here.
            let offMachine = "-m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL "
            rules.append(rule(chain, set, "dst,dst", "ACCEPT", and: offMachine))
            rules.append(rule(chain, set, "dst,dst", "ACCEPT", and: "-m addrtype --dst-type LOCAL "))
        }
        rules.append("-A \(chain) -m addrtype --dst-type LOCAL -j \(IPVSChains.nodePort)")
        // At the end, so that no other rule takes packets meant for IPVS.
        for set in [SetName.clusterIP, .loadBalancer] where filled.contains(set) {
            rules.append("-A \(chain) \(match(set, "dst,dst"))-j ACCEPT")
        }
        return rules
    }

    private func filter(_ filled: Set<SetName>, barriers: [NodeBarrier]) -> [String] {
        let mark = context.mark
        var rules = [
            // Makes Services work whatever the policy of FORWARD.
            "-A \(ChainName.forward) -m comment --comment \"kubernetes forwarding rules\" "
                + "-m mark --mark \(mark)/\(mark) -j ACCEPT",
            "-A \(ChainName.forward) -m comment --comment \"kubernetes forwarding conntrack rule\" "
                + "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        ]
        // Keeps the host's own ports closed on the addresses of Services.
        let chain = IPVSChains.filter
        for set in [SetName.loadBalancer, .clusterIP, .externalIP, .externalIPLocal] {
            rules.append("-A \(chain) \(match(set, "dst,dst"))-j RETURN")
        }
        rules.append("-A \(chain) \(match(.healthCheckNodePort, "dst"))-j RETURN")
        rules.append(
            "-A \(chain) -m conntrack --ctstate NEW \(match(.ipvsIPs, "dst"))-j REJECT "
                + "--reject-with \(context.unreachable)")
        if context.hidesRefusals { rules.append("-A \(IPVSChains.outFilter) \(context.refusal)-j DROP") }
        rules += barriers.map { $0.rule }
        rules.append(rule(IPVSChains.nodePort, .healthCheckNodePort, "dst", "ACCEPT"))
        let sourceRanges = IPVSChains.sourceRangesFirewall
        if filled.contains(.loadBalancerFirewall) {
            rules.append(rule(ChainName.loadBalancerFirewall, .loadBalancerFirewall, "dst,dst", sourceRanges))
        }
        for set in [SetName.loadBalancerSourceCIDR, .loadBalancerSourceIP] where filled.contains(set) {
            rules.append(rule(sourceRanges, set, "dst,dst,src", "RETURN"))
        }
        return rules + ["-A \(sourceRanges) -j DROP"]
    }

    private func rule(
        _ chain: String, _ set: SetName, _ fields: String, _ target: String, and more: String = ""
    ) -> String {
        "-A \(chain) -m comment --comment \"\(set.comment)\" \(match(set, fields))\(more)-j \(target)"
    }

    private func match(_ set: SetName, _ fields: String) -> String {
        "-m set --match-set \(SetID(set, context.family).kernelName) \(fields) "
    }
}

extension NodeBarrier {
    /// For the node's own connections, IPVS also uses the load balancer's address as the source.
    fileprivate var rule: String {
        "-A \(IPVSChains.outFilter) -s \(address)/\(address.family.addressBits) -m ipvs --vproto \(transport.rawValue) "
            + "--vaddr \(address) --vport \(port) -j DROP"
    }
}

extension String {
    /// Without a trailing space.
    fileprivate var trimmed: String { last == " " ? String(dropLast()) : self }
}
