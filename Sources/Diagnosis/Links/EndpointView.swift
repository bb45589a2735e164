import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// From the selector to the slices: whether any server could answer, regardless of this node.
struct EndpointView {
    let service: Service
    let ports: [ServicePort]
    /// Pods that the selector matches; `nil` if they cannot be seen or there is no selector.
    let pods: [Pod]?
    let objects: ClusterObjects
    let slices: [EndpointSlice]

    init(_ service: Service, _ ports: [ServicePort], _ objects: ClusterObjects) {
        self.service = service
        self.ports = ports
        self.objects = objects
        pods = objects.pods(of: service)
        slices = objects.slices(of: service.metadata.namespacedName)
    }

    private var isExternalName: Bool { service.kind == .externalName }

    /// Whether these links already explain why there is no endpoint.
    var explainsMissingEndpoints: Bool {
        (selectorFindings + podFindings + portFindings + sliceFindings).contains { $0.verdict == .broken }
    }

    // MARK: Selector and pods

    var selectorFindings: [Finding] {
        guard !isExternalName, !service.selector.isEmpty else { return [] }
        guard let pods else {
            return [
                Finding(
                    .unknown, .notSeen, "\(service.selector.text); Pods are not to be seen in \(objects.origin)",
                    proof: objects.podFailure,
                    remedy: "let the reader list Pods to see which match, and why they are not ready")
            ]
        }
        guard pods.isEmpty else {
            return [
                .ok(
                    "\(service.selector.text) matches \(count(pods.count, "pod")): "
                        + "\(list(pods.map(\.metadata.name).sorted()))"
                )
            ]
        }
        let namespace = service.metadata.namespace
        return [
            Finding(
                .broken, .selectorMatchesNothing,
                "no pod in namespace \(namespace) has the labels of the selector, \(service.selector.text)",
                proof: nearMiss, remedy: "correct spec.selector, or the labels of the pods")
        ]
    }

    /// The pods that match the selector most closely.
    private var nearMiss: String {
        let all = (objects.pods ?? []).filter { !$0.hasEnded }
        let here = all.filter { $0.metadata.namespace == service.metadata.namespace }
        if let elsewhere = all.first(where: { $0.metadata.labels.matches(service.selector) }) {
            return "pod \(elsewhere.metadata.namespacedName) has them, in another namespace"
        }
        guard !here.isEmpty else { return "the namespace has no pod" }
        let wanted = service.selector.dictionary
        let scored = here.map { pod in
            (pod, wanted.count { pod.metadata.labels[$0.key] == $0.value })
        }
        guard let best = scored.max(by: { ($0.1, $1.0.metadata.name) < ($1.1, $0.0.metadata.name) }) else { return "" }
        let difference = wanted.filter { best.0.metadata.labels[$0.key] != $0.value }.sorted { $0.key < $1.key }
            .map { key, value in
                best.0.metadata.labels[key].map { "\(key)=\($0) in place of \(key)=\(value)" } ?? "no label \(key)"
            }
        return "the namespace has \(count(here.count, "pod")); \(best.0.metadata.name) has \(list(difference))"
    }

    var podFindings: [Finding] {
        guard let pods, !pods.isEmpty, !isExternalName else { return [] }
        let waiting = pods.filter { !$0.isReady || $0.metadata.isBeingDeleted }.sorted {
            $0.metadata.name < $1.metadata.name
        }
        let reasons = waiting.map(reason)
        if waiting.count == pods.count {
            let serving = slices.flatMap(\.endpoints).contains {
                !$0.conditions.isDisjoint(with: [.ready, .serving])
            }
            let text = pods.count == 1 ? "its only pod is not ready" : "none of its \(pods.count) pods is ready"
            if serving { return [.ok("\(text), and some still serve", proof: list(reasons))] }
            return [
                Finding(
                    .broken, .podsNotReady, "\(text): \(list(reasons, limit: 3))",
                    remedy:
                        "see why with kubectl -n \(service.metadata.namespace) describe pod \(waiting[0].metadata.name)"
                )
            ]
        }
        let ready = pods.count - waiting.count
        return [.ok("\(ready) of \(count(pods.count, "pod")) ready", proof: list(reasons))]
    }

    private func reason(_ pod: Pod) -> String {
        var parts: [String] = []
        if pod.metadata.isBeingDeleted { parts.append("it is being deleted") }
        if pod.phase != .running { parts.append("phase \(pod.phase.rawValue)") }
        if let report = objects.reports[pod.metadata.namespacedName] {
            parts += report.reasons
            if let event = report.event { parts.append(event) }
        }
        if parts.isEmpty { parts.append("its condition Ready is false") }
        return "\(pod.metadata.name) (\(parts.joined(separator: "; ")))"
    }
}
