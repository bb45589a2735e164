import KubernetesObjects

/// Annotations by which Deployments, their ReplicaSets and `kubectl rollout` work together.
enum DeploymentAnnotations {
    static let revision = "deployment.kubernetes.io/revision"
    static let revisionHistory = "deployment.kubernetes.io/revision-history"
    static let desired = "deployment.kubernetes.io/desired-replicas"
    static let maximum = "deployment.kubernetes.io/max-replicas"

    /// Those of a Deployment that its ReplicaSets do not take over.
    private static let own: Set<String> = [
        "kubectl.kubernetes.io/last-applied-configuration", revision, revisionHistory, desired, maximum,
        "deprecated.deployment.rollback.to",
    ]

    static func revision(of document: Document) -> Int64 { Int64(document.annotations[revision] ?? "") ?? 0 }

    /// The annotations of the ReplicaSet of the present template.
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

    /// What says how many replicas a ReplicaSet was made for.
    static func setReplicas(_ annotations: inout [String: String], _ deployment: Document) {
        annotations[desired] = String(deployment.wantedReplicas)
        annotations[maximum] = String(deployment.wantedReplicas + DeploymentScale.margins(deployment).surge)
    }
}
