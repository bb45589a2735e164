import InternetAddresses
import KubernetesAPI
import ServiceRouting

extension Case {
    /// Which endpoints this node uses. `isExplained` says whether an earlier link explains why there are none.
    func routingFindings(isExplained: Bool) -> [Finding] {
        var findings: [Finding] = []
        for route in routes { findings += self.findings(of: route, isExplained: isExplained) }
        return findings.unique
    }

    private func findings(of route: ServicePortRoute, isExplained: Bool) -> [Finding] {
        let decisions = table.endpointDecisions(for: route.key)
        let own = passages.filter { $0.route.key == route.key }
        var findings: [Finding] = []
        for passage in own {
            switch passage.destination {
            case .drop: findings.append(localPolicy(passage, decisions))
            case .refuse where !isExplained: findings.append(unusable(route, decisions))
            case .refuse, .clusterBackends, .localBackends: break
            }
            if passage.isAdmitted == false { findings.append(sourceRanges(passage)) }
        }
        let name = "\(route.key.name)\(route.key.family == .ipv6 ? " (IPv6)" : "")"
        if own.contains(where: { $0.destination == .refuse }) {
            if isExplained { findings.append(.ok("\(name): refused at once, as there is no endpoint")) }
            return findings
        }
        guard let served = own.first(where: { $0.destination.isServed }) else { return findings }
        let isLocal = served.destination == .localBackends
        let left = decisions.compactMap { decision in
            (isLocal ? decision.outOfLocal : decision.outOfCluster).map { "\(decision.address): \($0.text)" }
        }.unique
        findings.append(
            .ok(
                "\(name): \(count(served.backends.count, "backend")), \(list(served.backends.map(\.description)))",
                proof: left.isEmpty ? "" : "left out: \(list(left))"))
        return findings
    }

    private func localPolicy(_ passage: Passage, _ decisions: [EndpointDecision]) -> Finding {
        let policy = passage.frontend.kind == .clusterIP ? "internalTrafficPolicy" : "externalTrafficPolicy"
        let who = passage.frontend.kind == .clusterIP ? "" : " from outside the cluster"
        let nodes = Set(decisions.filter { $0.outOfCluster == nil }.map(\.nodeName)).sorted()
            .map { $0.isEmpty ? "no node" : $0 }
        return Finding(
            .broken, .localPolicy,
            "\(policy) is Local and no usable endpoint is on this node, so connections\(who) to \(passage.place) are "
                + "dropped",
            proof: "this node is \(nodeName); the endpoints are on \(list(nodes))",
            remedy:
                "run a pod of the Service on this node, send clients to the other nodes, or set \(policy) to Cluster")
    }

    private func sourceRanges(_ passage: Passage) -> Finding {
        let client = passage.client.map(\.description) ?? "the client"
        return Finding(
            .broken, .sourceRanges,
            "loadBalancerSourceRanges do not admit \(client), so its connections to \(passage.place) are dropped",
            proof: "they admit \(list(passage.route.sourceRanges.map(\.description)))",
            remedy: "add the client's network to spec.loadBalancerSourceRanges")
    }

    /// There are slices, but nothing in them is usable for this route.
    private func unusable(_ route: ServicePortRoute, _ decisions: [EndpointDecision]) -> Finding {
        let reasons = decisions.compactMap { decision in
            decision.outOfCluster.map { "\(decision.address): \($0.text)" }
        }.unique
        return Finding(
            .broken, .noUsableEndpoints,
            "no endpoint is of use for \(route.key.name) over \(route.key.family), so connections are refused",
            proof: list(reasons),
            remedy: "make endpoints ready that have the port and an \(route.key.family) address")
    }
}

extension EndpointExclusion {
    /// Why an endpoint is excluded, in a few words.
    var text: String {
        switch self {
        case .otherAddressType(let type): "its slice is of type \(type.rawValue)"
        case .noSuchPort(let name, let transport):
            "its slice has no \(name.isEmpty ? "unnamed port" : "port named \(name)") for \(transport)"
        case .notReady(let conditions):
            conditions.contains(.terminating) ? "terminates, and does not serve" : "not ready"
        case .draining: "terminates, and others are ready"
        case .otherZone(let hints): "for clients in zone \(list(hints))"
        case .otherNodeHinted(let hints): "for clients on node \(list(hints))"
        case .onOtherNode(let node): node.isEmpty ? "on no node that it names" : "on node \(node)"
        case .addressTakenOver: "another endpoint has its address and port"
        }
    }
}

extension Array where Element: Hashable {
    /// The elements in order, each once.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
