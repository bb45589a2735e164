import InternetAddresses
import ServiceRouting

extension Case {
    /// The path from this node to the backends.
    func pathFindings(_ facts: NodeFacts) -> [Finding] {
        let backends = backends + headlessBackends
        var findings: [Finding] = []
        var viaDefault: [IPAddress] = []
        // Packets that this node drops itself say nothing about the path.
        let isDroppedHere =
            ruleFindings(facts).contains { $0.verdict == .broken }
            || !facts.reversePathFindings(isBackendSilent: true).isEmpty
        var healthy: [String] = []
        for address in backends.map(\.address).unique {
            guard let way = facts.ways[address] else { continue }
            let answers = backends.filter { $0.address == address }.compactMap { facts.answers[$0]?.outcome }
            let isSilent = !answers.isEmpty && !answers.contains { $0.provesTheWay }
            if way.isLostByDefault(isSilent: isSilent && !isDroppedHere) {
                viaDefault.append(address)
            } else if let finding = way.finding(to: address) {
                findings.append(finding)
            } else if let route = way.route, !isSilent {
                healthy.append(route.isLocal ? "this node" : route.device)
            }
        }
        if let way = viaDefault.first.flatMap({ facts.ways[$0] }), let route = way.route {
            findings.append(WayFacts.lost(viaDefault, by: route))
        }
        if !healthy.isEmpty, findings.isEmpty { findings.append(.ok("by \(list(healthy.unique))")) }
        return findings
    }
}

extension BackendAnswer.Outcome {
    /// Whether a packet went there and something came back.
    var provesTheWay: Bool { self == .accepted || self == .refused }
}

extension WayFacts {
    /// If every pod is reached by the default route and answers, that is how this network works.
    fileprivate func isLostByDefault(isSilent: Bool) -> Bool {
        guard let route, !isNeighbourSilent else { return false }
        return isSilent && route.prefixLength == 0 && !route.isLocal
    }

    fileprivate static func lost(_ addresses: [IPAddress], by route: Route) -> Finding {
        Finding(
            .broken, .defaultRoute,
            "this node has no route to the pod network of \(list(addresses.map(\.description), limit: 3))",
            proof: "packets leave by the default route, "
                + (route.gateway.map { "via \($0) " } ?? "") + "dev \(route.device), and nothing comes back",
            remedy: "see whether the pod network (CNI) has set up its routes on this node (ip route)")
    }

    fileprivate func finding(to address: IPAddress) -> Finding? {
        let route: Route
        switch outcome {
        case .none(let reason):
            return Finding(
                .broken, .noRoute, "this node has no route to \(address)", proof: "ip route get \(address): \(reason)",
                remedy: "see whether the pod network (CNI) works on this node, and whether the other node is up")
        case .route(let found): route = found
        }
        if isNeighbourSilent {
            let hop = route.gateway ?? address
            return Finding(
                .broken, .neighbourFailed, "the next hop \(hop) on the way to \(address) does not answer",
                proof: "ip neigh show \(hop) dev \(route.device): FAILED",
                remedy: "see whether that machine is up, and whether its interface and ours are on one link")
        }
        guard let echo, echo.answersSmall, !echo.answersLarge else { return nil }
        return Finding(
            .broken, .packetsTooLarge, "large packets get lost on the way to \(address): the MTU is wrong",
            proof: "an echo request of \(echo.size) bytes, the MTU of \(route.device), is not answered; a small one is"
                + (echo.reported.map { "; a router reports \($0) bytes" } ?? ""),
            remedy:
                "lower the MTU of the pods and of \(route.device) to what the network carries, or raise the network's")
    }
}
