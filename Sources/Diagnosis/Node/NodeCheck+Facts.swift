import Dataplane
import KubernetesAPI
package import ServiceRouting

extension NodeCheck {
    /// Checks a node from the results of probes. A pure function of its inputs.
    ///
    /// `owners` returns the route of a frontend, for messages. `others` are findings that need no facts: about the API
    /// server, the clock, certificates.
    package init(
        _ facts: NodeFacts, _ objects: ClusterObjects, _ snapshot: RoutingSnapshot, others: [Item] = []
    ) {
        var items = others
        items += objects.problems.map { Item("objects", $0) }
        items += facts.proxyFindings.map { Item("proxy", $0) }
        // Of objects that cannot be read a proxy keeps what it knew, so what the kernel should hold is unknown.
        items +=
            objects.areIncomplete
            ? [
                Item(
                    "kernel",
                    Finding(.unknown, .unreadable, "not compared with the objects, some of which could not be read"))
            ]
            : facts.auditItems(snapshot)
        let families = Set(snapshot.routes.lazy.filter { !$0.clusterBackends.isEmpty }.map(\.key.family))
        let machine =
            facts.forwardingFindings(families) + facts.reversePathFindings(isBackendSilent: true)
            + facts.bridgeFindings(devices: facts.bridges, families: families) + facts.conntrackTableFindings
        items += machine.map { Item("machine", $0) }
        if machine.isEmpty, !facts.settings.isEmpty {
            items.append(Item("machine", .ok("packets are forwarded; \(facts.conntrackText)")))
        }
        if facts.conntrack.count != nil {
            let stale = facts.conntrack.stale.count
            items.append(
                Item(
                    "conntrack",
                    stale == 0
                        ? .ok("no stale UDP flow")
                        : Finding(
                            .broken, .staleFlow,
                            "\(count(stale, "UDP flow")) \(stale == 1 ? "goes" : "go") to endpoints that no longer "
                                + "serve",
                            remedy: "see whether the proxy runs: it removes them")))
        }
        items += Self.conflicts(snapshot, facts)
        self.init(node: facts.nodeName, items: items.unique)
    }

    private static func conflicts(_ snapshot: RoutingSnapshot, _ facts: NodeFacts) -> [Item] {
        snapshot.routes.flatMap { route in
            route.frontends.filter { $0.kind == .nodePort }.compactMap { frontend in
                let holder = facts.holders.first {
                    $0.port == frontend.port && $0.transport == route.key.name.transport
                        && $0.family == route.key.family
                }
                return holder.map {
                    Item(
                        "node ports",
                        Finding(
                            .broken, .nodePortHeld,
                            "node port \($0.port)/\($0.transport) of \(route.key.name) is also held by \($0.process)",
                            proof: "connections from other machines reach the Service, not the process",
                            remedy: "let the process listen elsewhere, or give the Service another nodePort"))
                }
            }
        }
    }
}

extension NodeFacts {
    /// The bridges of this machine.
    var bridges: Set<String> {
        Set(
            settings.keys.compactMap { path in
                let parts = path.split(separator: "/")
                return parts.count == 4 && parts[0] == "class" && parts[3] == "bridge" ? String(parts[2]) : nil
            })
    }

    /// Compares every route with the kernel; counts the differences, and names a few.
    fileprivate func auditItems(_ snapshot: RoutingSnapshot) -> [NodeCheck.Item] {
        guard let kernel else { return [] }
        let audit: KernelAudit
        switch kernel.outcome {
        case .success(let found): audit = found
        case .failure(let failure):
            return [
                .init(
                    "kernel",
                    Finding(
                        .unknown, .unreadable, "what \(kernel.mode) mode has programmed cannot be read: \(failure)",
                        remedy: "run as root on the node, in the host's network namespace"))
            ]
        }
        let remedy = "start \(kernel.program) again, which writes everything anew; find out who changed it"
        guard audit.isProgrammed || snapshot.routes.isEmpty else {
            return [
                .init(
                    "kernel",
                    Finding(
                        .broken, .nothingProgrammed, "nothing is programmed in \(kernel.mode) mode",
                        proof: "the kernel holds no rules of \(kernel.program)",
                        remedy: "start the proxy, or see in its log why it does not program"))
            ]
        }
        var findings: [Finding] = []
        let groups: [(FindingCode, String, [FrontendDiscrepancy])] = [
            (.frontendMissing, "missing in the kernel", audit.discrepancies.filter { $0.found == nil }),
            (
                .frontendDiffers, "led elsewhere than decided",
                audit.discrepancies.filter { $0.found != nil && $0.expected != nil }
            ),
            (.frontendForeign, "in the kernel and no Service's", audit.discrepancies.filter { $0.expected == nil }),
        ]
        for (code, what, found) in groups where !found.isEmpty {
            let places = found.compactMap { ($0.expected ?? $0.found)?.place.text }.sorted()
            findings.append(
                Finding(
                    .broken, code, "\(count(found.count, "frontend")) \(found.count == 1 ? "is" : "are") \(what)",
                    proof: list(places), remedy: remedy))
        }
        let named = Set(audit.discrepancies.compactMap { ($0.expected ?? $0.found)?.place })
        let damage = audit.damage.filter { $0.places.map { $0.isEmpty || $0.isDisjoint(with: named) } ?? true }
            .map(\.text)
        if !damage.isEmpty {
            findings.append(
                Finding(
                    .broken, .damage,
                    "\(damage.count == 1 ? "something is" : "\(damage.count) things are") missing or altered in the "
                        + "kernel",
                    proof: list(damage), remedy: remedy))
        }
        if findings.isEmpty {
            findings.append(
                .ok(
                    "holds all \(audit.frontendCount) frontends of \(count(snapshot.routes.count, "Service port")) as "
                        + "decided"
                ))
        }
        return findings.map { .init("kernel", $0) }
    }
}
