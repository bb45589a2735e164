import InternetAddresses
import KubernetesAPI

/// Whether the slices match the pods.
extension EndpointView {
    var sliceFindings: [Finding] {
        guard service.kind != .externalName else { return [] }
        let stale = staleFindings
        if !stale.isEmpty { return stale }
        // Ports that some endpoints lack, and pods that are not ready, have already been reported.
        if !(selectorFindings + podFindings + portFindings).allSatisfy({ $0.verdict != .broken }) { return [] }
        if slices.isEmpty { return [missingSlices] }
        let endpoints = slices.flatMap(\.endpoints)
        if endpoints.isEmpty { return [withoutEndpoints] }
        let usable = endpoints.count { $0.isUsable }
        let slicesText = count(slices.count, "slice")
        guard usable > 0 else {
            return [
                Finding(
                    .broken, .endpointsNotReady,
                    endpoints.count == 1
                        ? "its only endpoint is not ready" : "none of its \(endpoints.count) endpoints is ready",
                    proof: "\(list(endpoints.map(\.address.description))) in \(list(slices.map(\.metadata.name)))",
                    remedy: "see the readiness of the pods, or of what else stands behind these addresses")
            ]
        }
        return [.ok("\(usable) of \(count(endpoints.count, "endpoint")) ready, in \(slicesText)")]
    }

    private var missingSlices: Finding {
        let name = service.metadata.namespacedName
        return service.selector.isEmpty
            ? Finding(
                .broken, .noEndpoints, "the Service has no selector, and nobody has written endpoints for it",
                proof: "no EndpointSlice bears the label \(WellKnown.serviceName)=\(name.name)",
                remedy:
                    "write an EndpointSlice with that label in namespace \(name.namespace), or give the Service a "
                    + "selector"
            )
            : Finding(
                .broken, .noSlices, "the Service has no EndpointSlice",
                proof: "no EndpointSlice bears the label \(WellKnown.serviceName)=\(name.name)",
                remedy:
                    "see whether the EndpointSlice controller (kube-controller-manager, or servicelet controller) runs")
    }

    private var withoutEndpoints: Finding {
        Finding(
            .broken, .noEndpoints, "the Service has no endpoints",
            proof: "\(list(slices.map(\.metadata.name))) holds no address",
            remedy: service.selector.isEmpty
                ? "add the addresses of its servers to the EndpointSlice" : "start pods that the selector matches")
    }

    /// Differences between pods and slices: the controller that maintains them is not working.
    private var staleFindings: [Finding] {
        guard let pods, let all = objects.pods, !service.selector.isEmpty, !slices.isEmpty else { return [] }
        let known = Dictionary(
            all.filter { !$0.hasEnded }.flatMap { pod in pod.addresses.map { ($0, pod.metadata.name) } },
            uniquingKeysWith: { first, _ in first })
        let matched = Set(pods.flatMap(\.addresses))
        let remedy = "see whether the EndpointSlice controller runs; delete a slice that nobody keeps up to date"
        var findings: [Finding] = []
        for slice in slices {
            // Where the selector matches nothing, that is said already.
            let wrong = slice.endpoints.filter { endpoint in
                endpoint.isUsable && !matched.contains(endpoint.address)
                    && (known[endpoint.address] == nil || !pods.isEmpty)
            }.map(\.address)
            guard !wrong.isEmpty else { continue }
            let gone = wrong.filter { known[$0] == nil }.map(\.description)
            let other = wrong.compactMap { address in known[address].map { "\(address) of pod \($0)" } }
            findings.append(
                Finding(
                    .broken, .staleSlice,
                    "EndpointSlice \(slice.metadata.name) is stale: "
                        + (gone.isEmpty
                            ? "the selector does not match \(list(other))" : "\(list(gone)) is the address of no pod"),
                    proof: "the selector matches \(list(matched.sorted().map(\.description)).orNothing)",
                    remedy: remedy))
        }
        let families = Set(service.clusterIPs.map(\.family)).union(service.ipFamilies)
        let listed = Set(slices.flatMap(\.endpoints).map(\.address))
        let missing = pods.filter { pod in
            pod.isReady && !pod.metadata.isBeingDeleted
                && pod.addresses.contains { families.isEmpty || families.contains($0.family) }
                && !pod.addresses.contains { listed.contains($0) } && serves(pod)
        }
        if !missing.isEmpty {
            findings.append(
                Finding(
                    .broken, .podMissingInSlices,
                    "\(list(missing.map(\.metadata.name))) is ready and in no EndpointSlice of the Service",
                    proof: "the slices have \(list(listed.sorted().map(\.description)).orNothing)", remedy: remedy))
        }
        return findings
    }

    /// Whether a pod has one of the Service's ports at all.
    private func serves(_ pod: Pod) -> Bool {
        service.ports.contains { port in
            guard case .name(let name) = port.targetPort else { return true }
            return pod.namedPorts.contains { $0.name == name && $0.transport == port.transport }
        }
    }
}

extension String {
    fileprivate var orNothing: String { isEmpty ? "nothing" : self }
}
