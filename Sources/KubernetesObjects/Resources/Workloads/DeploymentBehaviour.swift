/// The rules for Deployments.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
package struct DeploymentBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.modify("spec") { spec in
            spec.setDefault("replicas", 1)
            spec.setDefault("revisionHistoryLimit", 10)
            spec.setDefault("progressDeadlineSeconds", 600)
            if !spec["strategy"].isSet { spec["strategy"] = [:] }
            spec.modify("strategy") { strategy in
                strategy.setDefault(emptyText: "type", "RollingUpdate")
                guard strategy["type"].text == "RollingUpdate" else { return }
                if !strategy["rollingUpdate"].isSet { strategy["rollingUpdate"] = [:] }
                strategy.modify("rollingUpdate") { update in
                    update.setDefault("maxUnavailable", "25%")
                    update.setDefault("maxSurge", "25%")
                }
            }
            spec.modify("template") { template in
                template.modify("spec") { PodDefaults.applyToSpec(&$0) }
            }
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        document["status"] = [:]
        document.generation = 1
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
            document.labels = old.labels
            document.generation = old.generation
            return
        }
        document["status"] = old["status"]
        let isSame = document["spec"] == old["spec"] && document.annotations == old.annotations
        document.generation = old.generation + (isSame ? 0 : 1)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        WorkloadValidation.errors(document.spec) + strategyErrors(document.spec)
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        if subresource == "status" { return WorkloadValidation.statusErrors(document.status) }
        return validateCreate(document)
            + MetadataValidation.immutable("spec.selector", document.spec["selector"], old.spec["selector"])
    }

    private func strategyErrors(_ spec: JSONObject) -> [FieldError] {
        var errors: [FieldError] = []
        let field = "spec.strategy"
        let strategy = spec["strategy"]
        switch strategy["type"].text {
        case "Recreate":
            if strategy["rollingUpdate"].isSet {
                errors.append(
                    .forbidden(
                        "\(field).rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
            }
        case "RollingUpdate":
            let update = strategy["rollingUpdate"]
            for key in ["maxUnavailable", "maxSurge"] {
                errors += WorkloadValidation.countOrPercentErrors(update[key], "\(field).rollingUpdate.\(key)")
            }
            if WorkloadValidation.isZero(update["maxUnavailable"]), WorkloadValidation.isZero(update["maxSurge"]) {
                errors.append(
                    .invalid(
                        "\(field).rollingUpdate.maxUnavailable", update["maxUnavailable"] ?? 0,
                        "may not be 0 when `maxSurge` is 0"))
            }
            let most = update["maxUnavailable"].text
            if most.hasSuffix("%"), let percent = Int(most.dropLast()), percent > 100 {
                errors.append(
                    .invalid("\(field).rollingUpdate.maxUnavailable", .string(most), "must not be greater than 100%"))
            }
        default:
            errors += SharedValidation.choiceErrors(strategy["type"], "\(field).type", ["Recreate", "RollingUpdate"])
        }
        for key in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
            errors += SharedValidation.nonNegativeErrors(spec[key], "spec.\(key)")
        }
        if let deadline = spec["progressDeadlineSeconds"]?.integer, deadline <= spec["minReadySeconds"].number {
            errors.append(
                .invalid("spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds"))
        }
        return errors
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Ready", description: "Pods that are ready, and how many there are to be."),
        TableColumn("Up-to-date", description: "Pods of the current template."),
        TableColumn("Available", description: "Pods that have been ready long enough."),
        TableColumn.age,
        TableColumn("Containers", priority: 1, description: "The names of the containers."),
        TableColumn("Images", priority: 1, description: "The images of the containers."),
        TableColumn("Selector", priority: 1, description: "The labels of the Pods."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let status = document.status
        let containers = document.spec["template"]["spec"]["containers"].items
        return [
            .string(document.name),
            .string("\(status["readyReplicas"].number)/\(document.spec["replicas"].number)"),
            .integer(status["updatedReplicas"].number), .integer(status["availableReplicas"].number),
            TableText.age(document, now: now),
            .string(containers.map { $0["name"].text }.joined(separator: ",")),
            .string(containers.map { $0["image"].text }.joined(separator: ",")),
            .string(TableText.selector(document.spec["selector"])),
        ]
    }
}
