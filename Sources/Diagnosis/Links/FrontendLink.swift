import InternetAddresses
import KubernetesAPI
import ServiceRouting

extension Case {
    /// The addresses that clients use, and other claims to them.
    func frontendFindings(_ facts: NodeFacts, _ name: NamespacedName) -> [Finding] {
        let asked = Set(routes.map(\.key.name))
        var findings: [Finding] = []
        for problem in table.problems where problem.name.service == name && asked.contains(problem.name) {
            switch problem.reason {
            case .frontendLost(let frontend, let owner):
                guard concerns(frontend) else { continue }
                findings.append(
                    Finding(
                        .broken, .frontendTaken,
                        "\(frontend)/\(problem.name.transport) belongs to \(owner), and clients that use it reach "
                            + "that Service",
                        proof: "both Services claim it; the older one has it",
                        remedy: "remove it from one of the two"))
            case .addressUnusable(let frontend, let restriction):
                guard concerns(frontend) else { continue }
                findings.append(
                    Finding(
                        .broken, .addressUnusable, "\(frontend) is not served: it is \(restriction)",
                        remedy: "use an address that clients can connect to"))
            case .sourceRangesOfOtherFamily(let family):
                findings.append(
                    .ok("every \(family) client is admitted, as loadBalancerSourceRanges name no \(family) network"))
            }
        }
        findings = findings.unique + heldPorts(facts)
        let own = passages.map(\.frontend.description).unique
        return own.isEmpty ? findings : findings + [.ok(list(own))]
    }

    private func concerns(_ frontend: FrontendAddress) -> Bool {
        guard case .address(let address) = question.subject else { return true }
        return frontend.address.map { $0 == address } ?? true
    }

    /// Node ports on which a process also listens: it never gets connections from other machines.
    private func heldPorts(_ facts: NodeFacts) -> [Finding] {
        passages.filter { $0.frontend.kind == .nodePort }.compactMap { passage in
            let holder = facts.holders.first {
                $0.port == passage.frontend.port && $0.transport == passage.route.key.name.transport
                    && $0.family == passage.route.key.family
            }
            guard let holder else { return nil }
            return Finding(
                .broken, .nodePortHeld,
                "node port \(holder.port)/\(holder.transport) is also held by \(holder.process) on this node",
                proof: "it listens on the port; connections from other machines reach the Service, not the process",
                remedy: "let the process listen elsewhere, or give the Service another nodePort")
        }.unique
    }
}
