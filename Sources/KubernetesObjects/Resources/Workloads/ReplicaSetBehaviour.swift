/// The rules for ReplicaSets.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
package struct ReplicaSetBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.modify("spec") { spec in
            spec.setDefault("replicas", 1)
            spec.modify("template") { template in
                template.modify("spec") { PodDefaults.applyToSpec(&$0) }
            }
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        document["status"] = ["replicas": 0]
        document.generation = 1
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
            document.generation = old.generation
            return
        }
        document["status"] = old["status"]
        document.generation = old.generation + (document["spec"] == old["spec"] ? 0 : 1)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        WorkloadValidation.errors(document.spec)
            + SharedValidation.nonNegativeErrors(document.spec["minReadySeconds"], "spec.minReadySeconds")
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        if subresource == "status" { return WorkloadValidation.statusErrors(document.status) }
        return validateCreate(document)
            + MetadataValidation.immutable("spec.selector", document.spec["selector"], old.spec["selector"])
    }

    package var selectableFieldNames: [String] { ["status.replicas"] }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        [("status.replicas", "\(document.status["replicas"].number)")]
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Desired", type: "integer", description: "How many Pods there are to be."),
        TableColumn("Current", type: "integer", description: "How many Pods there are."),
        TableColumn("Ready", type: "integer", description: "How many Pods are ready."),
        TableColumn.age,
        TableColumn("Containers", priority: 1, description: "The names of the containers."),
        TableColumn("Images", priority: 1, description: "The images of the containers."),
        TableColumn("Selector", priority: 1, description: "The labels of the Pods."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let containers = document.spec["template"]["spec"]["containers"].items
        return [
            .string(document.name), .integer(document.spec["replicas"].number),
            .integer(document.status["replicas"].number), .integer(document.status["readyReplicas"].number),
            TableText.age(document, now: now),
            .string(containers.map { $0["name"].text }.joined(separator: ",")),
            .string(containers.map { $0["image"].text }.joined(separator: ",")),
            .string(TableText.selector(document.spec["selector"])),
        ]
    }
}
