import KubernetesObjects

/// Annotations shared by Deployments, their ReplicaSets and `kubectl rollout`.
enum DeploymentAnnotations {
    static let revision = "deployment.kubernetes.io/revision"
    static let revisionHistory = "deployment.kubernetes.io/revision-history"
    static let desired = "deployment.kubernetes.io/desired-replicas"
    static let maximum = "deployment.kubernetes.io/max-replicas"

    /// Annotations of a Deployment that its ReplicaSets do not inherit.
    private static let own: Set<String> = [
        "kubectl.kubernetes.io/last-applied-configuration", revision, revisionHistory, desired, maximum,
        "deprecated.deployment.rollback.to",
    ]

    static func revision(of document: Document) -> Int64 { Int64(document.annotations[revision] ?? "") ?? 0 }

    /// The annotations of the current template's ReplicaSet.
    static func ofNew(_ replicaSet: Document?, _ deployment: Document, revision new: Int64) -> [String: String] {
        var annotations = replicaSet?.annotations ?? [:]
        for (key, value) in deployment.annotations where !own.contains(key) { annotations[key] = value }
        let present = replicaSet.map { revision(of: $0) } ?? 0
        if present < new {
            annotations[revision] = String(new)
            if present > 0 {
                let history = annotations[revisionHistory].map { "\($0)," } ?? ""
                annotations[revisionHistory] = history + String(present)
            }
        }
        return annotations
    }

    /// The annotations with the number of replicas that a ReplicaSet was made for.
    static func setReplicas(_ annotations: inout [String: String], _ deployment: Document) {
        annotations[desired] = String(deployment.wantedReplicas)
        annotations[maximum] = String(deployment.wantedReplicas + DeploymentScale.margins(deployment).surge)
    }
}
