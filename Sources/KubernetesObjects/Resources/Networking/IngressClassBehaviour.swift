/// The rules for IngressClasses.
package struct IngressClassBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        guard document.spec["parameters"].isSet else { return }
        document.modify("spec") { spec in
            spec.modify("parameters") { $0.setDefault("scope", "Cluster") }
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        document.generation = 1
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        document.generation = old.generation + (document["spec"] == old["spec"] ? 0 : 1)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let field = "spec.controller"
        let controller = document.spec["controller"].text
        var errors: [FieldError] = []
        if controller.utf8.count > 250 { errors.append(.tooLong(field, 250)) }
        let parts = controller.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if controller.isEmpty {
            errors.append(.required(field))
        } else if parts.count < 2 || parts.contains("") {
            errors.append(
                .invalid(field, .string(controller), "must be a domain-prefixed path (such as \"acme.io/foo\")"))
        } else {
            errors += NameFormats.subdomain(parts[0]).map { .invalid(field, .string(parts[0]), $0) }
        }
        return errors + parameterErrors(document.spec["parameters"])
    }

    private func parameterErrors(_ parameters: JSONValue?) -> [FieldError] {
        guard let parameters else { return [] }
        let field = "spec.parameters"
        var errors: [FieldError] = []
        if let group = parameters["apiGroup"]?.string {
            errors += NameFormats.subdomain(group).map { .invalid("\(field).apiGroup", .string(group), $0) }
        }
        for key in ["kind", "name"] {
            let text = parameters[key].text
            errors +=
                text.isEmpty
                ? [.required("\(field).\(key)", "\(key) is required")]
                : NameFormats.pathSegment(text).map { .invalid("\(field).\(key)", .string(text), $0) }
        }
        let scope = parameters["scope"].text
        let namespace = parameters["namespace"]
        switch scope {
        case "Cluster":
            if namespace.isSet {
                errors.append(
                    .forbidden("\(field).namespace", "`parameters.scope` is set to 'Cluster'"))
            }
        case "Namespace":
            if namespace.text.isEmpty {
                errors.append(
                    .required("\(field).namespace", "`parameters.scope` is set to 'Namespace'"))
            }
        default:
            errors.append(.unsupported("\(field).scope", .string(scope), ["Cluster", "Namespace"]))
        }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        MetadataValidation.immutable("spec.controller", document.spec["controller"], old.spec["controller"])
            + validateCreate(document)
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Controller", description: "The controller that handles Ingresses of this class."),
        TableColumn("Parameters", description: "An object with more settings."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        var parameters = TableText.none
        if let reference = document.spec["parameters"] {
            let group = reference["apiGroup"].text
            parameters = reference["kind"].text + (group.isEmpty ? "" : ".\(group)") + "/\(reference["name"].text)"
        }
        return [
            .string(document.name), .string(document.spec["controller"].text), .string(parameters),
            TableText.age(document, now: now),
        ]
    }
}
