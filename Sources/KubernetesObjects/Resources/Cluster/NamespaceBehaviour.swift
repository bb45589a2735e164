/// The rules for Namespaces.
package struct NamespaceBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.label.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        guard !document.name.isEmpty else { return }
        document.labels["kubernetes.io/metadata.name"] = document.name
    }

    package func prepareForCreate(_ document: inout Document) {
        applyDefaults(&document)
        document["status"] = ["phase": "Active"]
        document.modify("spec") { spec in
            let finalizers = spec["finalizers"].texts
            if !finalizers.contains("kubernetes") {
                spec["finalizers"] = .array((finalizers + ["kubernetes"]).map(JSONValue.string))
            }
        }
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        switch subresource {
        case "status": document["spec"] = old["spec"]
        case "finalize": document["status"] = old["status"]
        default:
            document["spec"] = old["spec"]
            document["status"] = old["status"]
        }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        MetadataValidation.finalizerErrors(document.spec["finalizers"].texts, field: "spec.finalizers")
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        switch subresource {
        case "finalize": return validateCreate(document)
        case "status":
            let phase = document.status["phase"]
            let allowed = document.deletionTimestamp == nil ? "Active" : "Terminating"
            if phase.text == allowed { return [] }
            return [
                .invalid(
                    "status.Phase", phase ?? "",
                    document.deletionTimestamp == nil
                        ? "may only be 'Active' if `deletionTimestamp` is empty"
                        : "may only be 'Terminating' if `deletionTimestamp` is not empty")
            ]
        default: return []
        }
    }

    package var selectableFieldNames: [String] { ["name", "status.phase"] }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        [("name", document.name), ("status.phase", document.status["phase"].text)]
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Status", description: "Active, or Terminating while its contents are being deleted."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [.string(document.name), .string(document.status["phase"].text), TableText.age(document, now: now)]
    }
}
