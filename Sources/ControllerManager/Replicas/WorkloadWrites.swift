import DocumentAccess
import KubernetesAPI
import KubernetesObjects
import ReplicaController

/// Writes the decisions for ReplicaSets and Deployments.
struct WorkloadWrites: Sendable {
    let writer: any DocumentWriter
    let limit: WriteLimit

    /// The result of a write.
    enum Outcome: Sendable {
        case set(WorkloadCluster.Kind, Document)
        case deleted(WorkloadPod)
        case nothing
    }

    func carryOut(_ write: WorkloadWrite) async throws -> Outcome {
        try await limit.wait()
        switch write {
        case .createPod(let pod): return .set(.pod, try await writer.create(pod, .pods))
        case .deletePod(let pod): return try await delete(pod)
        case .setOwner(let owner, let pod): return try await setOwner(owner, pod)
        case .createReplicaSet(let set): return .set(.replicaSet, try await writer.create(set, .replicaSets))
        case .updateReplicaSet(let set):
            return .set(.replicaSet, try await writer.update(set, .replicaSets, subresource: ""))
        case .updateReplicaSetStatus(let set):
            return .set(.replicaSet, try await writer.update(set, .replicaSets, subresource: "status"))
        case .deleteReplicaSet(let set):
            try await passing { try await delete(set) }
            return .nothing
        case .updateDeployment(let deployment):
            return .set(.deployment, try await writer.update(deployment, .deployments, subresource: ""))
        case .updateDeploymentStatus(let deployment):
            return .set(.deployment, try await writer.update(deployment, .deployments, subresource: "status"))
        }
    }

    private func delete(_ pod: WorkloadPod) async throws -> Outcome {
        try await passing {
            try await writer.delete(
                .pods, namespace: pod.name.namespace, name: pod.name.name, DeletionPreconditions(uid: pod.uid))
        }
        return .deleted(pod)
    }

    private func delete(_ set: Document) async throws {
        try await writer.delete(
            .replicaSets, namespace: set.namespace, name: set.name, DeletionPreconditions(uid: set.uid))
    }

    /// An object already gone need not be deleted.
    private func passing(_ delete: () async throws -> Void) async throws {
        do {
            try await delete()
        } catch let status as APIStatus where status.code == 404 {
            return
        }
    }

    private func setOwner(_ owner: OwnerReference?, _ pod: WorkloadPod) async throws -> Outcome {
        var document = try await writer.read(.pods, namespace: pod.name.namespace, name: pod.name.name)
        guard document.uid == pod.uid else { return .nothing }
        var owners = document.ownerReferences.filter { $0.controller != true }
        if let owner { owners.append(owner) }
        document.ownerReferences = owners
        return .set(.pod, try await writer.update(document, .pods, subresource: ""))
    }
}
