import Dataplane
import InternetAddresses
import ServiceRouting

extension RoutePlan {
    /// The route's rules in the chains that all Services share.
    func sharedRules(in context: RuleContext) -> [SharedRule] {
        var rules = SharedRules(plan: self, context: context)
        for frontend in route.frontends where frontend.kind != .nodePort { rules.append(frontend) }
        // One rule for all addresses: the jump to KUBE-NODEPORTS matches those.
        if let nodePort = route.frontends.first(where: { $0.kind == .nodePort }) { rules.appendNodePort(nodePort) }
        if let port = route.healthCheckNodePort { rules.appendHealthCheck(port) }
        return rules.rules
    }
}

private struct SharedRules {
    let plan: RoutePlan
    let context: RuleContext
    var rules: [SharedRule] = []

    mutating func append(_ frontend: Frontend) {
        guard let address = frontend.address?.asNetwork else { return }
        let port = frontend.port
        switch frontend.kind {
        case .clusterIP:
            if let chain = plan.chain(of: frontend.inside) {
                lead(.services, "-d \(address) ", comment: "\(plan.name) cluster IP", port, to: chain)
            } else {
                refuse(.unservedClusterIPs, "-d \(address) ", "", port, frontend.inside)
            }
        case .externalIP:
            appendExternal(frontend, address, comment: "\(plan.name) external IP", chain: plan.externalChain)
            if frontend.isAlsoLoadBalancer { appendLoadBalancer(frontend, address) }
        case .loadBalancer: appendLoadBalancer(frontend, address)
        case .nodePort: break
        }
    }

    private mutating func appendLoadBalancer(_ frontend: Frontend, _ address: String) {
        appendExternal(frontend, address, comment: "\(plan.name) loadbalancer IP", chain: plan.loadBalancerChain)
        guard plan.usesFirewallChain else { return }
        lead(
            .loadBalancerFirewall, "-d \(address) ",
            comment: "\(plan.name) traffic not accepted by \(plan.firewallChain)", frontend.port, to: "DROP")
    }

    private mutating func appendExternal(_ frontend: Frontend, _ address: String, comment: String, chain: String) {
        let port = frontend.port
        if frontend.inside.isServed { lead(.services, "-d \(address) ", comment: comment, port, to: chain) }
        if !frontend.outside.isServed { refuse(.unservedExternals, "-d \(address) ", "", port, frontend.outside) }
    }

    mutating func appendNodePort(_ frontend: Frontend) {
        let port = frontend.port
        if frontend.inside.isServed {
            if context.localhostNodePorts, context.capabilities.counters {
                let counter = "-m nfacct --nfacct-name  \(PacketCounter.localhostNodePorts.rawValue) "
                lead(
                    .nodePorts, "-d \(context.loopback) ", comment: plan.name, port, counter, to: plan.externalChain)
            }
            lead(.nodePorts, "", comment: plan.name, port, to: plan.externalChain)
        }
        if !frontend.outside.isServed {
            refuse(.unservedExternals, "", "-m addrtype --dst-type LOCAL ", port, frontend.outside)
        }
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

    private mutating func refuse(
        _ chain: SharedChain, _ address: String, _ match: String, _ port: UInt16, _ destination: Destination
    ) {
        let (reason, target) =
            destination == .drop
            ? ("has no local endpoints", "DROP")
            : ("has no endpoints", "REJECT --reject-with \(context.unreachable)")
        let transport = plan.transport
        add(
            chain,
            "\(address)-p \(transport) -m comment --comment \"\(plan.name) \(reason)\" \(match)"
                + "-m \(transport) --dport \(port) -j \(target)")
    }

    private mutating func add(_ chain: SharedChain, _ rest: String) {
        rules.append(SharedRule(chain: chain, text: "-A \(chain.name) \(rest)"))
    }
}
