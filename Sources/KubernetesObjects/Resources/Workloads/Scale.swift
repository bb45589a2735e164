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

    private static let columns = [
        TableColumn.name,
        TableColumn("Desired", type: "integer", description: "How many Pods there are to be."),
        TableColumn("Available", type: "integer", description: "How many Pods there are."),
        TableColumn.age,
    ]

    /// A Scale as a `meta.k8s.io/v1` Table.
    ///
    /// `includeObject`: As for other kinds. `now`: Seconds since 1970, for ages.
    package static func table(_ scale: Document, includeObject: String, now: Int64) -> JSONValue {
        ResourceDefinition.table(
            columns: columns, resourceVersion: scale.resourceVersion,
            rows: [
                ResourceDefinition.row(
                    scale, includeObject: includeObject,
                    cells: [
                        .string(scale.name), .integer(scale.spec["replicas"].number),
                        .integer(scale.status["replicas"].number), TableText.age(scale, now: now),
                    ])
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
