package import KubernetesObjects

/// One thing to write for a ReplicaSet or a Deployment.
package enum WorkloadWrite: Sendable, Hashable {
    case createPod(Document)
    case deletePod(WorkloadPod)
    /// The Pod gets an owner, or loses it.
    case setOwner(OwnerReference?, WorkloadPod)
    case createReplicaSet(Document)
    case updateReplicaSet(Document)
    case updateReplicaSetStatus(Document)
    case deleteReplicaSet(Document)
    case updateDeployment(Document)
    case updateDeploymentStatus(Document)
}

/// What has to be done for a ReplicaSet or a Deployment, and when to look again although nothing has happened.
package struct WorkloadDecision: Sendable, Hashable {
    package var writes: [WorkloadWrite] = []
    /// Seconds since 1970; `nil` for when something happens.
    package var lookAgainAt: Int64?

    package init() {}

    mutating func lookAgain(at time: Int64) { lookAgainAt = min(time, lookAgainAt ?? time) }
}

extension Document {
    /// `spec.replicas`, which is 1 unless it is given.
    package var wantedReplicas: Int64 {
        get { spec["replicas"]?.integer ?? 1 }
        set { self[path: "spec", "replicas"] = .integer(newValue) }
    }

    var selector: LabelSelector? { spec["selector"].map { LabelSelector($0) } }
    var controller: OwnerReference? { ownerReferences.first { $0.controller == true } }
    var created: Int64 { APITime.parse(creationTimestamp ?? "")?.seconds ?? 0 }

    func count(_ key: String) -> Int64 { status[key].number }

    /// How many Pods there are or are to be: those that are too many may not have gone yet.
    var presentReplicas: Int64 { max(wantedReplicas, count("replicas")) }

    var hasNoPods: Bool { count("replicas") == 0 && count("terminatingReplicas") == 0 }

    /// A reference by which this object manages another one.
    var controllerReference: OwnerReference {
        OwnerReference(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, controller: true, blockOwnerDeletion: true)
    }
}
