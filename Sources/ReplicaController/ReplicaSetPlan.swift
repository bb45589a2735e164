import KubernetesAPI
import KubernetesObjects

/// Decides which Pods of a ReplicaSet to create and delete.
struct ReplicaSetPlan {
    /// The maximum number of Pods created or deleted at once.
    private static let burst = 500

    let replicaSet: Document
    /// Those that it manages, and unmanaged ones that its selector matches.
    let pods: [WorkloadPod]
    /// Seconds since 1970.
    let now: Int64

    var decision: WorkloadDecision {
        var decision = WorkloadDecision()
        guard let selector = replicaSet.selector, !selector.isEmpty else { return decision }
        var own: [WorkloadPod] = []
        for pod in pods {
            if pod.controller?.uid == replicaSet.uid {
                if selector.matches(pod.labels) {
                    own.append(pod)
                } else if !pod.isBeingDeleted {
                    decision.writes.append(.setOwner(nil, pod))
                }
            } else if pod.controller == nil, pod.isActive, selector.matches(pod.labels), !isBeingDeleted {
                decision.writes.append(.setOwner(replicaSet.controllerReference, pod))
                own.append(pod)
            }
        }
        let active = own.filter(\.isActive)
        if !isBeingDeleted { decision.writes += scale(active) }
        setStatus(active, terminating: own.filter { $0.isBeingDeleted && $0.phase != "Failed" }.count, &decision)
        return decision
    }

    private var isBeingDeleted: Bool { replicaSet.deletionTimestamp != nil }

    private func scale(_ active: [WorkloadPod]) -> [WorkloadWrite] {
        let missing = Int(replicaSet.wantedReplicas) - active.count
        if missing >= 0 {
            return (0..<min(missing, Self.burst)).map { _ in .createPod(newPod) }
        }
        return active.sorted { $0.goesBefore($1) }.prefix(min(-missing, Self.burst)).map { .deletePod($0) }
    }

    private var newPod: Document {
        let template = replicaSet.spec["template"]
        var metadata: JSONObject = [
            "generateName": .string(replicaSet.name + "-"), "namespace": .string(replicaSet.namespace),
        ]
        for key in ["labels", "annotations", "finalizers"] {
            if let value = template["metadata"]?[key] { metadata[key] = value }
        }
        metadata["ownerReferences"] = [replicaSet.controllerReference.json]
        return Document([
            "kind": "Pod", "apiVersion": "v1", "metadata": .object(metadata), "spec": template["spec"] ?? [:],
        ])
    }

    private func setStatus(_ active: [WorkloadPod], terminating: Int, _ decision: inout WorkloadDecision) {
        let delay = replicaSet.spec["minReadySeconds"].number
        let available = active.filter { $0.isAvailable(after: delay, at: now) }
        for pod in active where pod.isReady && !pod.isAvailable(after: delay, at: now) {
            decision.lookAgain(at: pod.readySince + delay)
        }
        let template = replicaSet.spec["template"]["metadata"]["labels"]?.textMap ?? [:]
        let labeled = active.filter { pod in template.allSatisfy { pod.labels[$0.key] == $0.value } }
        var status: JSONObject = ["replicas": .integer(Int64(active.count))]
        for (key, count) in [
            ("fullyLabeledReplicas", labeled.count), ("readyReplicas", active.filter(\.isReady).count),
            ("availableReplicas", available.count),
        ] where count > 0 {
            status[key] = .integer(Int64(count))
        }
        status["terminatingReplicas"] = .integer(Int64(terminating))
        status["observedGeneration"] = .integer(replicaSet.generation)
        if let conditions = replicaSet.status["conditions"] { status["conditions"] = conditions }
        guard status != replicaSet.status else { return }
        var new = replicaSet
        new.status = status
        decision.writes.append(.updateReplicaSetStatus(new))
    }
}
