/// The `scale` subresource of Deployments and ReplicaSets.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/
package enum Scale {
    /// The number of replicas of a workload, as a Scale.
    package static func of(_ workload: Document) -> Document {
        var metadata = JSONObject()
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            if let value = workload.metadata[key] { metadata[key] = value }
        }
        var status: JSONObject = ["replicas": .integer(workload.status["replicas"].number)]
        let selector = workload.spec["selector"].map { LabelSelector($0).description } ?? ""
        if !selector.isEmpty { status["selector"] = .string(selector) }
        var spec = JSONObject()
        let replicas = workload.spec["replicas"].number
        if replicas != 0 { spec["replicas"] = .integer(replicas) }
        return Document([
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata), "spec": .object(spec),
            "status": .object(status),
        ])
    }

    /// A workload with the number of replicas from a Scale.
    ///
    /// - Throws: `APIStatus` with code 422 for a negative number.
    package static func apply(_ scale: Document, to workload: Document) throws(APIStatus) -> Document {
        let errors = SharedValidation.nonNegativeErrors(scale.spec["replicas"], "spec.replicas")
        if !errors.isEmpty {
            throw .invalid(kind: GroupKind(group: "autoscaling", kind: "Scale"), name: scale.name, errors)
        }
        var workload = workload
        workload[path: "spec", "replicas"] = .integer(scale.spec["replicas"].number)
        if !scale.resourceVersion.isEmpty { workload.resourceVersion = scale.resourceVersion }
        return workload
    }
}
