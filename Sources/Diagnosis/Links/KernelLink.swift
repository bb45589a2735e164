import Dataplane
import InternetAddresses
import ServiceRouting

extension Case {
    /// The kernel's state for the Service, compared with the desired one.
    func kernelFindings(_ facts: NodeFacts) -> [Finding] {
        guard let kernel = facts.kernel else {
            return [Finding(.unknown, .unreadable, "what the kernel holds was not read")]
        }
        // What this mode holds it holds in its process, which is the fault then.
        if kernel.mode == "userspace", let proxies = facts.proxies, !proxies.contains(where: \.isAtWork) { return [] }
        let audit: KernelAudit
        switch kernel.outcome {
        case .success(let found): audit = found
        case .failure(let failure):
            return [
                Finding(
                    .unknown, .unreadable, "what \(kernel.mode) mode has programmed cannot be read: \(failure)",
                    remedy: "run as root on the node, in the host's network namespace")
            ]
        }
        guard audit.isProgrammed else {
            return [
                Finding(
                    .broken, .nothingProgrammed, "nothing is programmed in \(kernel.mode) mode on this node",
                    proof: "the kernel holds no rules of \(kernel.program)",
                    remedy: "start the proxy, or see in its log why it does not program")
            ]
        }
        let places = Set(passages.map { InspectedFrontend($0.frontend, of: $0.route).place })
        var findings = audit.discrepancies.filter { $0.concerns(places) }.map { finding($0, kernel) }
        let named = findings.map(\.text)
        for damage in audit.damage where damage.places.map({ !$0.isDisjoint(with: places) }) ?? true {
            let text = damage.places == nil ? "\(damage.text) is missing or altered" : damage.text
            // Parts of a missing frontend need no lines of their own.
            if damage.places != nil, !named.isEmpty { continue }
            findings.append(
                Finding(
                    .broken, .damage, "in the kernel, \(text)",
                    proof: "compared with what \(kernel.mode) mode programs",
                    remedy: Self.repair(kernel)))
        }
        if findings.isEmpty {
            findings.append(
                .ok("holds \(count(places.count, "frontend")) as decided (\(kernel.program), \(kernel.mode) mode)"))
        }
        return findings.unique
    }

    private static func repair(_ kernel: KernelFacts) -> String {
        "start \(kernel.program) again, which writes everything anew; find out who changed it"
    }

    private func finding(_ one: FrontendDiscrepancy, _ kernel: KernelFacts) -> Finding {
        guard let expected = one.expected, let found = one.found else {
            let place = (one.expected ?? one.found)?.place.text ?? ""
            return one.found == nil
                ? Finding(
                    .broken, .frontendMissing, "the kernel lacks \(place)",
                    proof: "\(kernel.mode) mode has no entry for it, or one that leads nowhere",
                    remedy: Self.repair(kernel))
                : Finding(
                    .broken, .frontendForeign, "the kernel holds \(place), which no Service has",
                    remedy: Self.repair(kernel))
        }
        let isInside = expected.inside != found.inside
        let (wanted, got) = isInside ? (expected.inside, found.inside) : (expected.outside, found.outside)
        let who = expected.inside == expected.outside ? "" : isInside ? " for clients inside" : " for clients outside"
        return Finding(
            .broken, .frontendDiffers,
            "the kernel sends connections to \(expected.place.text)\(who) elsewhere than decided: "
                + "\(got.difference(from: wanted))",
            proof: "decided: \(wanted.text); found: \(got.text)", remedy: Self.repair(kernel))
    }
}

extension FrontendDiscrepancy {
    fileprivate func concerns(_ places: Set<InspectedFrontend.Place>) -> Bool {
        (expected ?? found).map { places.contains($0.place) } ?? false
    }
}

extension InspectedFrontend.Place {
    /// `10.96.0.5:80/TCP`, `node port 30080/TCP`
    var text: String {
        guard let address else { return "node port \(port)/\(transport)" }
        return "\(BackendKey(address: address, port: port, transport: transport))"
    }
}

extension InspectedFrontend.Destination {
    var text: String {
        switch self {
        case .refuse: "refused"
        case .drop: "dropped"
        case .backends(let backends):
            backends.isEmpty ? "no backend" : list(backends.sorted().map(\.description))
        }
    }

    /// What is missing or foreign here, compared with `other`.
    fileprivate func difference(from other: Self) -> String {
        guard case .backends(let own) = self, case .backends(let wanted) = other else { return "they are \(text)" }
        let missing = wanted.subtracting(own).sorted().map(\.description)
        let foreign = own.subtracting(wanted).sorted().map(\.description)
        return [
            missing.isEmpty ? nil : "\(list(missing)) is missing",
            foreign.isEmpty ? nil : "\(list(foreign)) is no endpoint",
        ].compactMap(\.self).joined(separator: ", ")
    }
}
