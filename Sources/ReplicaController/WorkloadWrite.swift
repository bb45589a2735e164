package import KubernetesObjects

/// One write for a ReplicaSet or a Deployment.
package enum WorkloadWrite: Sendable, Hashable {
    case createPod(Document)
    case deletePod(WorkloadPod)
    /// Sets or removes the Pod's owner.
    case setOwner(OwnerReference?, WorkloadPod)
    case createReplicaSet(Document)
    case updateReplicaSet(Document)
    case updateReplicaSetStatus(Document)
    case deleteReplicaSet(Document)
    case updateDeployment(Document)
    case updateDeploymentStatus(Document)
}

/// The writes for a ReplicaSet or a Deployment, and when to check again even without changes.
package struct WorkloadDecision: Sendable, Hashable {
    package var writes: [WorkloadWrite] = []
    /// Seconds since 1970; `nil` for only on changes.
    package var lookAgainAt: Int64?

    package init() {}

    mutating func lookAgain(at time: Int64) { lookAgainAt = min(time, lookAgainAt ?? time) }
}

extension Document {
    /// `spec.replicas`, 1 by default.
    package var wantedReplicas: Int64 {
        get { spec["replicas"]?.integer ?? 1 }
        set { self[path: "spec", "replicas"] = .integer(newValue) }
    }

    var selector: LabelSelector? { spec["selector"].map { LabelSelector($0) } }
    var controller: OwnerReference? { ownerReferences.first { $0.controller == true } }
    var created: Int64 { APITime.parse(creationTimestamp ?? "")?.seconds ?? 0 }

    func count(_ key: String) -> Int64 { status[key].number }

    /// The larger of the actual and desired number of Pods: surplus ones may still exist.
    var presentReplicas: Int64 { max(wantedReplicas, count("replicas")) }

    var hasNoPods: Bool { count("replicas") == 0 && count("terminatingReplicas") == 0 }

    /// An owner reference that makes this object another one's manager.
    var controllerReference: OwnerReference {
        OwnerReference(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, controller: true, blockOwnerDeletion: true)
    }
}
