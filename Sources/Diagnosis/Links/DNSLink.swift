import InternetAddresses
import KubernetesAPI

extension Case {
    /// The answers to queries for the Service's name.
    func dnsFindings(_ facts: NodeFacts) -> [Finding] {
        guard let dns = facts.dns else { return [] }
        var findings: [Finding] = []
        for reply in dns.replies {
            let finding =
                if service?.kind == .externalName { externalName(reply) } else { clusterName(reply, dns) }
            if let finding { findings.append(finding) }
        }
        return findings
    }

    /// The expected addresses of the name; `nil` if unknown.
    private var expectedAddresses: Set<IPAddress>? {
        guard let service else { return nil }
        if service.isHeadless {
            let endpoints = objects.slices(of: service.metadata.namespacedName).flatMap(\.endpoints)
            return Set(
                endpoints.filter { service.publishesNotReadyAddresses || $0.conditions.contains(.ready) }
                    .map(\.address))
        }
        return Set(service.clusterIPs)
    }

    private func clusterName(_ reply: DNSFacts.Reply, _ dns: DNSFacts) -> Finding? {
        if let failure = reply.failure { return failure }
        switch reply.outcome {
        case .addresses(let found):
            guard let expected = expectedAddresses else { return nil }
            let foreign = found.filter { !expected.contains($0) }
            if foreign.isEmpty, !found.isEmpty || expected.isEmpty {
                return .ok("\(reply.name) is \(list(found.map(\.description)))", proof: "answered by \(reply.server)")
            }
            return wrong(
                reply, "answers \(list(found.map(\.description)).isEmpty ? "nothing" : list(found.map(\.description)))",
                expected)
        case .code(let code): return expectedAddresses.map { wrong(reply, "answers \(code)", $0) }
        case .silent, .unreachable: return nil
        }
    }

    private func wrong(_ reply: DNSFacts.Reply, _ answer: String, _ expected: Set<IPAddress>) -> Finding {
        Finding(
            .broken, .dnsWrongAnswer, "the DNS server \(reply.server) \(answer) for \(reply.name)",
            proof: "the Service has \(list(expected.sorted().map(\.description)))",
            remedy: "see the DNS server's log: whether it can read Services, and is of the domain that the name is in")
    }

    private func externalName(_ reply: DNSFacts.Reply) -> Finding? {
        if let failure = reply.failure { return failure }
        let target = service?.externalName ?? ""
        switch reply.outcome {
        case .addresses(let found) where !found.isEmpty:
            return .ok("\(target) is \(list(found.map(\.description)))", proof: "answered by \(reply.server)")
        case .addresses, .code:
            var answer = "it has no address"
            if case .code(let code) = reply.outcome { answer = code }
            return Finding(
                .broken, .externalNameUnresolved,
                "the Service stands for \(target), and that name does not resolve: \(answer)",
                proof: "\(reply.server) was asked for \(reply.name)",
                remedy: "correct spec.externalName, or the server that knows the name")
        case .silent, .unreachable: return nil
        }
    }
}

extension DNSFacts.Reply {
    fileprivate var failure: Finding? {
        let proof: String
        switch outcome {
        case .silent: proof = "it was asked for \(name) and said nothing"
        case .unreachable(let reason): proof = "it was asked for \(name): \(reason)"
        case .addresses, .code: return nil
        }
        return Finding(
            .broken, .dnsSilent, "the DNS server \(server) does not answer", proof: proof,
            remedy: "see whether the DNS pods run, and explain their Service: servicelet explain kube-system/kube-dns")
    }
}
