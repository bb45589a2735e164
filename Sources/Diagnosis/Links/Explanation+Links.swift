import KubernetesAPI

extension Explanation {
    /// Explains a case from the results of probes. A pure function of its inputs.
    package init(of one: Case, _ facts: NodeFacts) {
        var links = [Link(.objects, one.objectFindings)]
        links.append(Link(.service, one.serviceFindings))
        links.append(Link(.dns, one.dnsFindings(facts)))
        links.append(Link(.name, one.nameFindings(facts)))
        if let service = one.service, one.mismatch == nil {
            let name = service.metadata.namespacedName
            let view = EndpointView(service, one.ports, one.objects)
            links.append(Link(.selector, view.selectorFindings))
            links.append(Link(.pods, view.podFindings))
            links.append(Link(.ports, view.portFindings))
            links.append(Link(.slices, view.sliceFindings))
            if !one.routes.isEmpty {
                links.append(Link(.routing, one.routingFindings(isExplained: view.explainsMissingEndpoints)))
                links.append(Link(.frontends, one.frontendFindings(facts, name)))
                links.append(Link(.proxy, facts.proxyFindings))
                links.append(Link(.kernel, one.kernelFindings(facts)))
                links.append(Link(.machine, one.machineFindings(facts)))
                links.append(Link(.rules, one.ruleFindings(facts)))
                links.append(Link(.conntrack, one.conntrackFindings(facts)))
            }
            links.append(Link(.path, one.pathFindings(facts)))
            links.append(Link(.backend, one.backendFindings(facts)))
        }
        self.init(
            question: one.question.text, service: one.service.map { "\($0.metadata.namespacedName)" } ?? "",
            node: facts.nodeName, links: links)
    }
}
