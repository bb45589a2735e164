import KubernetesAPI
import KubernetesObjects

/// Decides the changes to a Deployment's ReplicaSets, step by step: each step is one or a few independent writes, and
/// the next is decided once they are done.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
struct DeploymentPlan {
    let deployment: Document
    /// ReplicaSets in its namespace that it manages, or unmanaged ones that its selector matches.
    let replicaSets: [Document]
    /// Whether the name of a ReplicaSet is in use.
    let isTaken: (String) -> Bool
    /// Seconds since 1970.
    let now: Int64

    var decision: WorkloadDecision {
        var decision = WorkloadDecision()
        guard let selector = deployment.selector, !selector.isEmpty else { return decision }
        if deployment.deletionTimestamp != nil {
            setStatus(sorted(replicaSets), &decision)
            return decision
        }
        decision.writes = adoptions(selector)
        guard decision.writes.isEmpty else { return decision }
        let owned = sorted(replicaSets.filter { $0.controller?.uid == deployment.uid })
        let template = PodTemplate.plain(deployment)
        let new = owned.first { PodTemplate.plain($0) == template }
        let old = owned.filter { $0.uid != new?.uid }
        let revision = (old.map { DeploymentAnnotations.revision(of: $0) }.max() ?? 0) + 1
        if let new {
            advance(new, old, revision, &decision)
        } else if !isPaused {
            begin(template, revision, owned, &decision)
        } else {
            scalePaused(owned, &decision)
        }
        setStatus(owned, &decision)
        return decision
    }

    private var isPaused: Bool { deployment.spec["paused"].flag }

    private func sorted(_ sets: [Document]) -> [Document] {
        sets.sorted { ($0.created, $0.name) < ($1.created, $1.name) }
    }

    private func adoptions(_ selector: LabelSelector) -> [WorkloadWrite] {
        replicaSets.compactMap { set in
            guard set.controller == nil, set.deletionTimestamp == nil, selector.matches(set.labels) else { return nil }
            var adopted = set
            adopted.ownerReferences.append(deployment.controllerReference)
            return .updateReplicaSet(adopted)
        }
    }

    // MARK: The ReplicaSet of the current template

    private func begin(
        _ template: JSONValue, _ revision: Int64, _ owned: [Document], _ decision: inout WorkloadDecision
    ) {
        let isRolling = deployment.spec["strategy"]["type"].text != "Recreate"
        let running = owned.filter { $0.wantedReplicas > 0 }
        if !isRolling, !running.isEmpty {
            decision.writes += running.map { set in
                var changed = set
                changed.wantedReplicas = 0
                return .updateReplicaSet(changed)
            }
        } else if isRolling || owned.allSatisfy(\.hasNoPods) {
            decision.writes.append(.createReplicaSet(makeNew(template, revision, owned)))
        }
    }

    private func makeNew(_ template: JSONValue, _ revision: Int64, _ owned: [Document]) -> Document {
        var collisions = 0
        var hash = PodTemplate.hash(template, collisions: collisions)
        while isTaken("\(deployment.name)-\(hash)") {
            collisions += 1
            hash = PodTemplate.hash(template, collisions: collisions)
        }
        var template = template
        template.set(.string(hash), at: ["metadata", "labels", PodTemplate.hashLabel])
        var selector = deployment.spec["selector"] ?? [:]
        selector.set(.string(hash), at: ["matchLabels", PodTemplate.hashLabel])
        let all = owned.map(\.presentReplicas).reduce(0, +)
        var spec: JSONObject = [
            "replicas": .integer(DeploymentScale.replicasOfNew(deployment, new: 0, all: all))
        ]
        if let delay = deployment.spec["minReadySeconds"], delay != 0 { spec["minReadySeconds"] = delay }
        spec["selector"] = selector
        spec["template"] = template
        var set = Document([
            "kind": "ReplicaSet", "apiVersion": "apps/v1",
            "metadata": [
                "name": .string("\(deployment.name)-\(hash)"), "namespace": .string(deployment.namespace),
                "ownerReferences": [deployment.controllerReference.json],
            ], "spec": .object(spec),
        ])
        set.labels = template["metadata"]["labels"]?.textMap ?? [:]
        var annotations = DeploymentAnnotations.ofNew(nil, deployment, revision: revision)
        DeploymentAnnotations.setReplicas(&annotations, deployment)
        set.annotations = annotations
        return set
    }

    private func advance(_ new: Document, _ old: [Document], _ revision: Int64, _ decision: inout WorkloadDecision) {
        var described = new
        described.annotations = DeploymentAnnotations.ofNew(new, deployment, revision: revision)
        described[path: "spec", "minReadySeconds"] = deployment.spec["minReadySeconds"]
        let scale = DeploymentScale(deployment: deployment, new: new, old: old)
        let isScaled = (old + [new]).contains {
            $0.wantedReplicas > 0 && $0.annotations[DeploymentAnnotations.desired] != String(deployment.wantedReplicas)
        }
        let changes = isPaused || isScaled ? scale.proportional : scale.changes
        for set in old + [described] {
            var changed = set
            if let count = changes[set.name] { changed.wantedReplicas = count }
            if isScaled && set.wantedReplicas > 0 || changes[set.name] != nil {
                var annotations = changed.annotations
                DeploymentAnnotations.setReplicas(&annotations, deployment)
                changed.annotations = annotations
            }
            let before = set.uid == new.uid ? new : set
            if changed != before { decision.writes.append(.updateReplicaSet(changed)) }
        }
        let shown = max(DeploymentAnnotations.revision(of: described), revision)
        if deployment.annotations[DeploymentAnnotations.revision] != String(shown) {
            var changed = deployment
            changed.annotations[DeploymentAnnotations.revision] = String(shown)
            decision.writes.append(.updateDeployment(changed))
        }
        if !isPaused, DeploymentStatus.isComplete(deployment, new: new, old: old) { forget(old, &decision) }
    }

    private func scalePaused(_ owned: [Document], _ decision: inout WorkloadDecision) {
        guard let newest = owned.last else { return }
        let scale = DeploymentScale(deployment: deployment, new: newest, old: owned.dropLast())
        for set in owned {
            guard let count = scale.proportional[set.name] else { continue }
            var changed = set
            changed.wantedReplicas = count
            var annotations = changed.annotations
            DeploymentAnnotations.setReplicas(&annotations, deployment)
            changed.annotations = annotations
            decision.writes.append(.updateReplicaSet(changed))
        }
    }

    /// Deletes old ReplicaSets beyond those kept for `kubectl rollout undo`.
    private func forget(_ old: [Document], _ decision: inout WorkloadDecision) {
        guard let kept = deployment.spec["revisionHistoryLimit"]?.integer else { return }
        let idle = old.filter {
            $0.wantedReplicas == 0 && $0.count("replicas") == 0 && $0.deletionTimestamp == nil
                && $0.status["observedGeneration"].number >= $0.generation
        }
        let excess = max(0, old.count - Int(kept))
        let byRevision = idle.sorted {
            DeploymentAnnotations.revision(of: $0) < DeploymentAnnotations.revision(of: $1)
        }
        decision.writes += byRevision.prefix(excess).map { .deleteReplicaSet($0) }
    }

    private func setStatus(_ owned: [Document], _ decision: inout WorkloadDecision) {
        let template = PodTemplate.plain(deployment)
        let new = owned.first { PodTemplate.plain($0) == template }
        let status = DeploymentStatus(deployment: deployment, new: new, all: owned, now: now)
        let (value, deadline) = status.value
        if let deadline { decision.lookAgain(at: deadline) }
        // A second write of the same object would only conflict with the first.
        let isWritten = decision.writes.contains { if case .updateDeployment = $0 { true } else { false } }
        guard value != deployment.status, !isWritten else { return }
        var changed = deployment
        changed.status = value
        decision.writes.append(.updateDeploymentStatus(changed))
    }
}
