package import KubernetesAPI
package import KubernetesObjects

/// The properties of a Pod that ReplicaSets depend on.
package struct WorkloadPod: Sendable, Hashable {
    package var name: NamespacedName
    package var uid: String
    package var resourceVersion: String
    package var labels: [String: String]
    /// The owner that manages the Pod.
    package var controller: OwnerReference?
    package var isBeingDeleted: Bool
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    package var phase: String
    package var isReady: Bool
    /// Seconds since 1970; 0 if the Pod was never ready.
    package var readySince: Int64
    /// Seconds since 1970.
    package var created: Int64
    package var hasNode: Bool
    package var restarts: Int64
    /// `controller.kubernetes.io/pod-deletion-cost`
    package var deletionCost: Int64

    /// Whether the Pod counts as a replica.
    package var isActive: Bool { !isBeingDeleted && phase != "Succeeded" && phase != "Failed" }

    package init(_ document: Document) {
        let status = document["status"]
        let ready = status["conditions"].items.first { $0["type"].text == "Ready" }
        name = NamespacedName(namespace: document.namespace, name: document.name)
        uid = document.uid
        resourceVersion = document.resourceVersion
        labels = document.labels
        controller = document.ownerReferences.first { $0.controller == true }
        isBeingDeleted = document.deletionTimestamp != nil
        phase = status["phase"].text
        isReady = ready["status"].text == "True"
        readySince = APITime.parse(ready["lastTransitionTime"].text)?.seconds ?? 0
        created = APITime.parse(document.creationTimestamp ?? "")?.seconds ?? 0
        hasNode = !document["spec"]["nodeName"].text.isEmpty
        restarts = status["containerStatuses"].items.map { $0["restartCount"].number }.max() ?? 0
        deletionCost = Int64(document.annotations["controller.kubernetes.io/pod-deletion-cost"] ?? "") ?? 0
    }

    /// Whether the Pod has been ready for `seconds`.
    func isAvailable(after seconds: Int64, at now: Int64) -> Bool {
        isReady && (seconds == 0 || readySince + seconds <= now)
    }

    /// Which of two Pods is deleted first when there are too many: the less useful one.
    ///
    /// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
    func goesBefore(_ other: WorkloadPod) -> Bool {
        let order = ["Pending": 0, "Unknown": 1, "Running": 2]
        if hasNode != other.hasNode { return !hasNode }
        if phase != other.phase { return order[phase] ?? 0 < order[other.phase] ?? 0 }
        if isReady != other.isReady { return !isReady }
        if deletionCost != other.deletionCost { return deletionCost < other.deletionCost }
        if isReady, readySince != other.readySince { return readySince > other.readySince }
        if restarts != other.restarts { return restarts > other.restarts }
        if created != other.created { return created > other.created }
        return name > other.name
    }
}
