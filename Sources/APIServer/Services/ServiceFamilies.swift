import InternetAddresses
import KubernetesObjects

/// Determines a Service's families, from its author's choice and the server's ranges.
///
/// https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services
struct ServiceFamilies {
    let network: ServiceNetwork

    /// Fills in `ipFamilyPolicy` and `ipFamilies`, or refuses contradictions.
    func complete(_ service: inout ServiceView, old: ServiceView?) throws(APIStatus) {
        guard service.needsClusterIP else { return }
        if let old {
            // A Service that prefers two families keeps its own even if the server's ranges have changed.
            if service.familyPolicy == "PreferDualStack", old.familyPolicy == service.familyPolicy,
                old.clusterIPs == service.clusterIPs, old.families == service.families, !old.families.isEmpty
            {
                return
            }
            prepareUpdate(&service, old: old)
        }
        var problems = ServiceValidation.validateClusterIPsRelatedFields(service.document, old: old?.document)
        try refuse(service, problems)
        if let old { problems += releaseProblems(service, old: old) }
        if old == nil, service.familyPolicy == "SingleStack" { problems += singleStackProblems(service) }
        problems += inferFamilies(&service)
        try refuse(service, problems)
        if service.isHeadless, !service.hasSelector { return completeHeadless(&service) }
        for (index, family) in service.families.enumerated() where network.range(of: family) == nil {
            problems.append(
                .invalid("spec.ipFamilies[\(index)]", .string(family), "not configured on this cluster"))
        }
        if service.familyPolicy.isEmpty {
            let hasTwo = service.clusterIPs.count > 1 || service.families.count > 1
            service.familyPolicy = hasTwo ? "RequireDualStack" : "SingleStack"
        }
        if service.familyPolicy == "RequireDualStack", network.ranges.count < 2 {
            problems.append(
                .invalid(
                    "spec.ipFamilyPolicy", .string(service.familyPolicy),
                    "this cluster is not configured for dual-stack services"))
        }
        try refuse(service, problems)
        if service.families.isEmpty { service.families = Array(network.families.prefix(1)) }
        if service.familyPolicy != "SingleStack", service.families.count == 1 {
            service.families += network.families.filter { $0 != service.families[0] }
        }
    }

    /// Fields omitted from an update stay; a second family is removed if the policy no longer allows it.
    private func prepareUpdate(_ service: inout ServiceView, old: ServiceView) {
        if service.familyPolicy.isEmpty, old.needsClusterIP {
            service.familyPolicy = old.familyPolicy
            if service.families.isEmpty { service.families = old.families }
        }
        guard service.familyPolicy == "SingleStack", old.familyPolicy != "SingleStack" else { return }
        if service.clusterIPs.count > 1, service.clusterIPs == old.clusterIPs {
            service.clusterIPs = Array(service.clusterIPs.prefix(1))
        }
        if service.families.count > 1, service.families == old.families {
            service.families = Array(service.families.prefix(1))
        }
    }

    private func releaseProblems(_ service: ServiceView, old: ServiceView) -> [FieldError] {
        guard service.familyPolicy != "SingleStack", old.needsClusterIP else { return [] }
        var problems: [FieldError] = []
        if !service.clusterIPs.isEmpty, service.clusterIPs.count < old.clusterIPs.count {
            problems.append(
                .invalid(
                    "spec.ipFamilyPolicy", .string(service.familyPolicy),
                    "must be 'SingleStack' to release the secondary cluster IP"))
        }
        if !service.families.isEmpty, service.families.count < old.families.count {
            problems.append(
                .invalid(
                    "spec.ipFamilyPolicy", .string(service.familyPolicy),
                    "must be 'SingleStack' to release the secondary IP family"))
        }
        return problems
    }

    private func singleStackProblems(_ service: ServiceView) -> [FieldError] {
        var problems: [FieldError] = []
        let text = "must be 'RequireDualStack' or 'PreferDualStack' when multiple "
        if service.clusterIPs.count > 1 {
            problems.append(
                .invalid(
                    "spec.ipFamilyPolicy", .string(service.familyPolicy), text + "cluster IPs are specified"))
        }
        if service.families.count > 1 {
            problems.append(
                .invalid("spec.ipFamilyPolicy", .string(service.familyPolicy), text + "IP families are specified"))
        }
        return problems
    }

    /// An address implies its family if the author did not state it.
    private func inferFamilies(_ service: inout ServiceView) -> [FieldError] {
        var families = service.families
        var problems: [FieldError] = []
        for (index, text) in service.clusterIPs.enumerated() where index >= families.count {
            guard text != "None", let family = IPAddress(text)?.family.description else { break }
            guard network.range(of: family) != nil else {
                problems.append(
                    .invalid(
                        "spec.clusterIPs[\(index)]", .array(service.clusterIPs.map(JSONValue.string)),
                        "\(family) is not configured on this cluster"))
                continue
            }
            families.append(family)
        }
        service.families = families
        return problems
    }

    /// A headless Service without a selector may have endpoints of both families, regardless of the server's ranges.
    private func completeHeadless(_ service: inout ServiceView) {
        if service.familyPolicy.isEmpty { service.familyPolicy = "RequireDualStack" }
        if service.families.isEmpty { service.families = Array(network.families.prefix(1)) }
        if service.familyPolicy != "SingleStack", service.families.count == 1 {
            service.families.append(service.families[0] == "IPv4" ? "IPv6" : "IPv4")
        }
    }

    private func refuse(_ service: ServiceView, _ problems: [FieldError]) throws(APIStatus) {
        guard !problems.isEmpty else { return }
        throw .invalid(kind: GroupKind(group: "", kind: "Service"), name: service.document.name, problems)
    }
}
