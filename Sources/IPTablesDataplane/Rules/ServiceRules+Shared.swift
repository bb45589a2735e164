import InternetAddresses
import ServiceRouting

extension RoutePlan {
    /// The route's rules in the chains that all Services share.
    func sharedRules(in context: RuleContext) -> [SharedRule] {
        var rules = SharedRules(plan: self, context: context)
        for frontend in route.frontends { rules.append(frontend) }
        if let port = route.healthCheckNodePort { rules.appendHealthCheck(port) }
        return rules.rules
    }
}

private struct SharedRules {
    let plan: RoutePlan
    let context: RuleContext
    var rules: [SharedRule] = []

    mutating func append(_ frontend: Frontend) {
        guard let address = frontend.address?.asNetwork else { return appendNodePort(frontend.port) }
        let port = frontend.port
        switch frontend.kind {
        case .clusterIP:
            if plan.hasInternalEndpoints {
                lead(.services, "-d \(address) ", comment: "\(plan.name) cluster IP", port, to: plan.internalChain)
            } else {
                refuse(.unservedClusterIPs, "-d \(address) ", "", port)
            }
        case .externalIP:
            appendExternal(address, port, comment: "\(plan.name) external IP", chain: plan.externalChain)
        case .loadBalancer:
            appendExternal(address, port, comment: "\(plan.name) loadbalancer IP", chain: plan.loadBalancerChain)
            guard plan.usesFirewallChain else { return }
            lead(
                .loadBalancerFirewall, "-d \(address) ",
                comment: "\(plan.name) traffic not accepted by \(plan.firewallChain)", port, to: "DROP")
        case .nodePort: break
        }
    }

    private mutating func appendExternal(_ address: String, _ port: UInt16, comment: String, chain: String) {
        if plan.hasEndpoints { lead(.services, "-d \(address) ", comment: comment, port, to: chain) }
        if !plan.hasExternalEndpoints { refuse(.unservedExternals, "-d \(address) ", "", port) }
    }

    private mutating func appendNodePort(_ port: UInt16) {
        if plan.hasEndpoints {
            if context.localhostNodePorts, context.capabilities.counters {
                let counter = "-m nfacct --nfacct-name  \(Counter.localhostNodePorts) "
                lead(
                    .nodePorts, "-d \(context.loopback) ", comment: plan.name, port, counter, to: plan.externalChain)
            }
            lead(.nodePorts, "", comment: plan.name, port, to: plan.externalChain)
        }
        if !plan.hasExternalEndpoints { refuse(.unservedExternals, "", "-m addrtype --dst-type LOCAL ", port) }
    }

    mutating func appendHealthCheck(_ port: UInt16) {
        add(
            .healthChecks,
            "-p tcp -m comment --comment \"\(plan.name) health check node port\" -m tcp --dport \(port) -j ACCEPT")
    }

    private mutating func lead(
        _ chain: SharedChain, _ destination: String, comment: String, _ port: UInt16, _ match: String = "",
        to target: String
    ) {
        let transport = plan.transport
        add(
            chain,
            "\(destination)-p \(transport) -m comment --comment \"\(comment)\" -m \(transport) --dport \(port) "
                + "\(match)-j \(target)")
    }

    private mutating func refuse(_ chain: SharedChain, _ destination: String, _ match: String, _ port: UInt16) {
        let (reason, target) =
            plan.hasEndpoints
            ? ("has no local endpoints", "DROP")
            : ("has no endpoints", "REJECT --reject-with \(context.unreachable)")
        let transport = plan.transport
        add(
            chain,
            "\(destination)-p \(transport) -m comment --comment \"\(plan.name) \(reason)\" \(match)"
                + "-m \(transport) --dport \(port) -j \(target)")
    }

    private mutating func add(_ chain: SharedChain, _ rest: String) {
        rules.append(SharedRule(chain: chain, text: "-A \(chain.name) \(rest)"))
    }
}
