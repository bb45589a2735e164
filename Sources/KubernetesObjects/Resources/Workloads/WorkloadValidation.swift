/// Checks that Deployments and ReplicaSets share.
enum WorkloadValidation {
    static func errors(_ spec: JSONObject) -> [FieldError] {
        var errors = SharedValidation.nonNegativeErrors(spec["replicas"], "spec.replicas")
        let selector = spec["selector"]
        let isEmpty = selector["matchLabels"].fields.isEmpty && selector["matchExpressions"].items.isEmpty
        if !selector.isSet {
            errors.append(.required("spec.selector"))
        } else {
            errors += LabelSelectorValidation.errors(selector, "spec.selector")
            if isEmpty {
                errors.append(
                    .invalid("spec.selector", selector ?? .null, "empty selector is invalid for deployment"))
            }
        }
        if let selector, !LabelSelectorValidation.errors(selector, "").isEmpty {
            // Which labels it selects is unknown.
            return errors + [.invalid("spec.selector", selector, "invalid label selector")]
        }
        return errors + templateErrors(spec, selector: selector.isSet && isEmpty ? nil : selector ?? .null)
    }

    /// `selector`: `nil` for one that selects everything; without a selector nothing matches.
    private static func templateErrors(_ spec: JSONObject, selector: JSONValue?) -> [FieldError] {
        let field = "spec.template"
        let template = spec["template"]
        let labels = template["metadata"]["labels"]
        var errors: [FieldError] = []
        if let selector, selector == .null || !LabelSelector(selector).matches(labels?.textMap ?? [:]) {
            errors.append(
                .invalid("\(field).metadata.labels", labels ?? .null, "`selector` does not match template `labels`"))
        }
        errors += MetadataValidation.labelErrors(labels.fields, "\(field).labels")
        errors += MetadataValidation.annotationErrors(
            template["metadata"]["annotations"].fields, "\(field).annotations")
        let podSpec = template["spec"].fields
        errors += PodSpecValidation.errors(podSpec, "\(field).spec")
        let restart = podSpec["restartPolicy"].text
        if restart != "Always" {
            errors.append(.unsupported("\(field).spec.restartPolicy", .string(restart), ["Always"]))
        }
        if podSpec["activeDeadlineSeconds"].isSet {
            errors.append(
                .forbidden(
                    "\(field).spec.activeDeadlineSeconds", "activeDeadlineSeconds in ReplicaSet is not Supported"))
        }
        return errors
    }

    static func statusErrors(_ status: JSONObject) -> [FieldError] {
        let keys = [
            "observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
            "unavailableReplicas", "fullyLabeledReplicas",
        ]
        var errors = keys.flatMap { SharedValidation.nonNegativeErrors(status[$0], "status.\($0)") }
        let replicas = status["replicas"].number
        for key in ["updatedReplicas", "readyReplicas", "availableReplicas"] where status[key].number > replicas {
            errors.append(
                .invalid("status.\(key)", .integer(status[key].number), "cannot be greater than status.replicas"))
        }
        if status["availableReplicas"].number > status["readyReplicas"].number {
            errors.append(
                .invalid(
                    "status.availableReplicas", .integer(status["availableReplicas"].number),
                    "cannot be greater than readyReplicas"))
        }
        return errors
    }

    /// A number, or a percentage such as `25%`.
    static func countOrPercentErrors(_ value: JSONValue?, _ field: String) -> [FieldError] {
        if let text = value?.string {
            guard text.hasSuffix("%"), text.count > 1, text.dropLast().utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
                return [
                    .invalid(
                        field, .string(text),
                        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                            + "'93%',"
                            + " regex used for validation is '[0-9]+%')")
                ]
            }
            return []
        }
        return SharedValidation.nonNegativeErrors(value, field)
    }

    static func isZero(_ value: JSONValue?) -> Bool {
        guard let value else { return true }
        return value == 0 || (value.string.map { $0.dropLast().allSatisfy { $0 == "0" } } ?? false)
    }
}
