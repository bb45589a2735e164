import IPTables
import InternetAddresses
import ServiceRouting

extension ServiceRules {
    /// The rules of a route. In large clusters, endpoints' rules have no comments, which cost memory and time.
    init(_ route: ServicePortRoute, in context: RuleContext, withComments: Bool = true) {
        let plan = RoutePlan(route)
        shared = plan.sharedRules(in: context)
        guard !plan.endpoints.isEmpty else { return }
        let own = OwnChains(plan: plan, context: context, withComments: withComments)
        chains.reserveCapacity(plan.endpoints.count + 4)
        if plan.usesExternalChain { chains.append(own.external) }
        if plan.usesFirewallChain { chains.append(own.firewall) }
        if !plan.clusterEndpoints.isEmpty {
            chains.append(own.spread(plan.clusterChain, over: plan.clusterEndpoints))
        }
        if !plan.localEndpoints.isEmpty { chains.append(own.spread(plan.localChain, over: plan.localEndpoints)) }
        for endpoint in plan.endpoints { chains.append(own.chain(of: endpoint)) }
    }
}

/// Writes a route's own chains.
private struct OwnChains {
    let plan: RoutePlan
    let context: RuleContext
    let withComments: Bool

    /// For connections to external addresses and node ports.
    var external: ServiceRules.Chain {
        let name = plan.externalChain
        let about = { (what: String) in "-m comment --comment \"\(what) \(plan.name) external destinations\"" }
        var rules: [String] = []
        if plan.external?.masquerade == .everyone {
            // The endpoint may be on another node; its replies must come back through this one.
            rules.append("-A \(name) \(about("masquerade traffic for")) -j \(ChainName.markForMasquerade)")
        } else {
            if let local = context.localTraffic {
                rules.append(
                    "-A \(name) \(local.source)\(local.interface)\(about("pod traffic for")) -j \(plan.clusterChain)")
            }
            let fromNode = "-m addrtype --src-type LOCAL"
            rules.append(
                "-A \(name) \(about("masquerade LOCAL traffic for")) \(fromNode) -j \(ChainName.markForMasquerade)")
            rules.append("-A \(name) \(about("route LOCAL traffic for")) \(fromNode) -j \(plan.clusterChain)")
        }
        if let chain = plan.external.flatMap({ plan.chain(of: $0.outside) }) { rules.append("-A \(name) -j \(chain)") }
        return ServiceRules.Chain(name: name, rules: rules)
    }

    /// For connections to a load balancer's address that has source ranges.
    var firewall: ServiceRules.Chain {
        let name = plan.firewallChain
        let rest = "-m comment --comment \"\(plan.name) loadbalancer IP\" -j \(plan.externalChain)"
        let ranges = plan.route.sourceRanges
        var rules = ranges.map { "-A \(name) \($0.prefixLength == 0 ? "" : "-s \($0) ")\(rest)" }
        for frontend in plan.route.frontends where frontend.admission == .sourceRangesAndItself {
            if let address = frontend.address { rules.append("-A \(name) -s \(address.asNetwork) \(rest)") }
        }
        rules.append(
            "-A \(name) -m comment --comment \"other traffic to \(plan.name) will be dropped by "
                + "\(ChainName.loadBalancerFirewall)\"")
        return ServiceRules.Chain(name: name, rules: rules)
    }

    /// Distributes connections over the endpoints; with affinity, a client's recent endpoint comes first.
    func spread(_ name: String, over endpoints: [EndpointChain]) -> ServiceRules.Chain {
        var rules: [String] = []
        rules.reserveCapacity(endpoints.count * 2 + 1)
        if let clusterIP = plan.clusterIP, name == plan.chain(of: clusterIP.inside),
            let rule = masqueradeRule(for: clusterIP, in: name)
        {
            rules.append(rule)
        }
        if let seconds = plan.route.affinityTimeout {
            for endpoint in endpoints {
                rules.append(
                    "-A \(name) \(comment(" -> ", endpoint.text))-m recent --rcheck --seconds \(seconds) --reap "
                        + "--name \(endpoint.name) --mask \(context.wholeAddress) --rsource -j \(endpoint.name)")
            }
        }
        for (index, endpoint) in endpoints.enumerated() {
            let rest = endpoints.count - index
            let chance = rest > 1 ? "-m statistic --mode random --probability \(Probability.text(rest)) " : ""
            rules.append("-A \(name) \(comment(" -> ", endpoint.text))\(chance)-j \(endpoint.name)")
        }
        return ServiceRules.Chain(name: name, rules: rules)
    }

    /// Marks connections to the clusterIP from outside the pod network: their replies must come back through this node.
    private func masqueradeRule(for clusterIP: Frontend, in chain: String) -> String? {
        guard let address = clusterIP.address else { return nil }
        let isForEveryone = clusterIP.masquerade == .everyone
        let local = isForEveryone ? nil : context.localTraffic
        guard isForEveryone || local != nil else { return nil }
        return "-A \(chain) \(local?.otherSource ?? "")-d \(address.asNetwork) \(local?.otherInterface ?? "")"
            + "-p \(plan.transport) -m comment --comment \"\(plan.name) cluster IP\" -m \(plan.transport) "
            + "--dport \(clusterIP.port) -j \(ChainName.markForMasquerade)"
    }

    /// Translates to the endpoint, and masquerades the endpoint's connections to itself.
    func chain(of endpoint: EndpointChain) -> ServiceRules.Chain {
        let (name, transport) = (endpoint.name, plan.transport)
        let remember =
            plan.route.affinityTimeout == nil
            ? "" : "-m recent --set --name \(name) --mask \(context.wholeAddress) --rsource "
        return ServiceRules.Chain(
            name: name,
            rules: [
                "-A \(name) -s \(endpoint.backend.address.asNetwork) \(comment())-j \(ChainName.markForMasquerade)",
                "-A \(name) -p \(transport) \(comment())\(remember)-m \(transport) -j DNAT "
                    + "--to-destination \(endpoint.text)",
            ])
    }

    private func comment(_ more: String...) -> String {
        withComments ? "-m comment --comment \"\(plan.name)\(more.joined())\" " : ""
    }
}
