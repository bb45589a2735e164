import KubernetesAPI

extension Case {
    /// How the client's resolver expands the given name.
    func nameFindings(_ facts: NodeFacts) -> [Finding] {
        guard case .name(let text) = question.subject, let resolver = facts.dns?.resolver,
            let name = ServiceName(text, zone: facts.dns?.zone ?? "cluster.local")
        else { return [] }
        let zone = facts.dns?.zone ?? "cluster.local"
        let full = "\(name.service.name).\(name.service.namespace).svc.\(zone)"
        let plain = text.lowercased()
        if plain == full || plain == full + "." { return [.ok("\(text) is complete")] }
        let candidates = resolver.search.map { "\(plain).\($0)" }
        guard candidates.contains(full) else {
            let missing = full.dropFirst(plain.count + 1)
            return [
                Finding(
                    .broken, .searchPath, "the search path of the client does not complete \(text)",
                    proof: "\(resolver.path) has search \(resolver.search.joined(separator: " ").orDash)",
                    remedy:
                        "use the name \(full), or add \(missing) to the search path (the pod's dnsPolicy and dnsConfig)"
                )
            ]
        }
        let dots = plain.count { $0 == "." }
        if dots >= resolver.ndots {
            return [
                Finding(
                    .broken, .ndots,
                    "with ndots:\(resolver.ndots), \(text) is asked for as it is before the search path completes it, "
                        + "and "
                        + "clients with musl ask for nothing else",
                    proof: "\(resolver.path) has options ndots:\(resolver.ndots); the name has \(count(dots, "dot"))",
                    remedy: "use the name \(full). with a dot at the end, or set ndots to 5 (the pod's dnsConfig)")
            ]
        }
        return [.ok("\(text) is completed to \(full)", proof: "\(resolver.path)")]
    }
}

extension String {
    fileprivate var orDash: String { isEmpty ? "–" : self }
}
