import InternetAddresses
import KubernetesAPI
import ServiceRouting

extension Case {
    /// Whether the backends answer this node.
    func backendFindings(_ facts: NodeFacts) -> [Finding] {
        let asked = (backends + headlessBackends).unique.filter { facts.answers[$0] != nil }
        var findings: [Finding] = []
        var good: [String] = []
        for backend in asked {
            guard let answer = facts.answers[backend] else { continue }
            switch answer.outcome {
            case .accepted, .sent: good.append("\(backend)")
            case .refused:
                // A rule that rejects explains why a server that listens refuses.
                let isExplained =
                    listener(at: backend, answer) != nil
                    && ruleFindings(facts).contains { $0.verdict == .broken }
                if !isExplained { findings.append(refused(backend, answer)) }
            case .silent, .unreachable:
                // A broken path already explains it.
                let isExplained =
                    pathFindings(facts).contains { $0.verdict == .broken }
                    || !facts.reversePathFindings(isBackendSilent: true).isEmpty
                    || ruleFindings(facts).contains { $0.verdict == .broken }
                if !isExplained { findings.append(silent(backend, answer)) }
            }
        }
        findings = Self.folded(findings)
        guard !good.isEmpty else { return findings }
        let onlySent = asked.allSatisfy { facts.answers[$0]?.outcome != .accepted }
        return findings + [.ok(onlySent ? "\(list(good)) did not refuse" : "\(list(good)) accepted a connection")]
    }

    /// Keeps a few findings of each kind, and counts the others.
    private static func folded(_ findings: [Finding]) -> [Finding] {
        var folded: [Finding] = []
        for code in findings.map(\.code).unique {
            let own = findings.filter { $0.code == code }
            folded += own.prefix(foldLimit)
            guard own.count > foldLimit, let last = folded.indices.last else { continue }
            folded[last].proof += "; the same is true of \(count(own.count - foldLimit, "more backend"))"
        }
        return folded
    }

    private static let foldLimit = 3

    private func refused(_ backend: BackendKey, _ answer: BackendAnswer) -> Finding {
        let own = Backend(address: backend.address, port: backend.port)
        let pod = ((service.flatMap { objects.pods(of: $0) } ?? []) + (objects.pods ?? [])).first {
            $0.addresses.contains(backend.address) && !$0.hasEnded
        }
        let who = pod.map { " of pod \($0.metadata.name)" } ?? ""
        let proof = "a connection from this node to \(own) was refused"
        let elsewhere = answer.listeners ?? []
        let loopback = elsewhere.filter {
            $0.hasSuffix(":\(backend.port)") && ($0.hasPrefix("127.") || $0.hasPrefix("[::1]"))
        }
        if !loopback.isEmpty {
            return Finding(
                .broken, .loopbackOnly,
                "the server\(who) listens on \(list(loopback)) only, which nothing outside the pod can reach",
                proof: proof, remedy: "let it listen on 0.0.0.0:\(backend.port) (and [::]:\(backend.port))")
        }
        if let place = listener(at: backend, answer) {
            return Finding(
                .broken, .backendRefuses,
                "\(own)\(who) refuses connections from this node, although a server listens there",
                proof: "\(proof); \(place) is a listening socket now",
                remedy: "ask again if it has just started; otherwise look for a rule or network policy that rejects")
        }
        var remedy = "start the server there, or correct targetPort"
        let declared = pod.flatMap { objects.reports[$0.metadata.namespacedName]?.declaredPorts } ?? []
        if !elsewhere.isEmpty {
            remedy = "correct targetPort: the pod listens on \(list(elsewhere))"
        } else if !declared.isEmpty, !declared.contains(backend.port) {
            remedy = "correct targetPort: the pod's containers declare port \(list(declared.map(String.init)))"
        }
        return Finding(
            .broken, .backendRefuses, "nobody listens at \(own)\(who), where the Service sends connections",
            proof: proof, remedy: remedy)
    }

    /// A listening socket that should have accepted the connection.
    private func listener(at backend: BackendKey, _ answer: BackendAnswer) -> String? {
        let own = Backend(address: backend.address, port: backend.port).description
        let places = [own, "0.0.0.0:\(backend.port)", "[::]:\(backend.port)"]
        return answer.listeners?.first { places.contains($0) }
    }

    private func silent(_ backend: BackendKey, _ answer: BackendAnswer) -> Finding {
        let own = Backend(address: backend.address, port: backend.port)
        let proof =
            switch answer.outcome {
            case .unreachable(let reason): "a connection from this node: \(reason)"
            case .silent(let milliseconds): "a connection from this node was not answered within \(milliseconds) ms"
            case .accepted, .refused, .sent: ""
            }
        return Finding(
            .broken, .backendSilent, "\(own) does not answer this node", proof: proof,
            remedy:
                "see whether the pod and its node are up, and whether a NetworkPolicy or a firewall there drops packets"
        )
    }
}
