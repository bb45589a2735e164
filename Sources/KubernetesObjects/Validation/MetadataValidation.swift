/// Checks of `metadata`, the same for all kinds.
enum MetadataValidation {
    /// Kubernetes' own finalizers, which have no domain.
    private static let standardFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]
    private static let annotationsLimit = 256 * 1024

    static func errors(
        _ document: Document, isNamespaced: Bool, nameProblems: (_ name: String, _ isPrefix: Bool) -> [String]
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let generateName = document.generateName
        if !generateName.isEmpty {
            errors += nameProblems(generateName, true).map {
                .invalid("metadata.generateName", .string(generateName), $0)
            }
        }
        let name = document.name
        if name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else {
            errors += nameProblems(name, false).map { .invalid("metadata.name", .string(name), $0) }
        }
        let namespace = document.namespace
        if isNamespaced {
            if namespace.isEmpty {
                errors.append(.required("metadata.namespace"))
            } else {
                errors += NameFormats.label(namespace).map { .invalid("metadata.namespace", .string(namespace), $0) }
            }
        } else if !namespace.isEmpty {
            errors.append(.forbidden("metadata.namespace", "not allowed on this type"))
        }
        if document.generation < 0 {
            errors.append(
                .invalid("metadata.generation", .integer(document.generation), "must be greater than or equal to 0"))
        }
        errors += sharedErrors(document)
        errors += finalizerErrors(document.finalizers)
        return errors
    }

    /// Checks on create and update.
    private static func sharedErrors(_ document: Document) -> [FieldError] {
        labelErrors(document[path: "metadata", "labels"].fields, "metadata.labels")
            + annotationErrors(document[path: "metadata", "annotations"].fields, "metadata.annotations")
            + ownerErrors(document)
    }

    static func labelErrors(_ labels: JSONObject, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (key, value) in labels.sorted() {
            errors += NameFormats.qualifiedName(key).map { .invalid(field, .string(key), $0) }
            let text = value.string ?? ""
            errors += NameFormats.labelValue(text).map { .invalid(field, .string(text), $0) }
        }
        return errors
    }

    static func annotationErrors(_ annotations: JSONObject, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in annotations.sorted() {
            errors += NameFormats.qualifiedName(key.lowercased()).map { .invalid(field, .string(key), $0) }
            size += key.utf8.count + (value.string?.utf8.count ?? 0)
        }
        if size > annotationsLimit { errors.append(.tooLong(field, annotationsLimit)) }
        return errors
    }

    private static func ownerErrors(_ document: Document) -> [FieldError] {
        let field = "metadata.ownerReferences"
        var errors: [FieldError] = []
        var controller: OwnerReference?
        for owner in document.ownerReferences {
            let version = GroupVersion(owner.apiVersion)
            if version.version.isEmpty {
                errors.append(.invalid("\(field).apiVersion", .string(owner.apiVersion), "version must not be empty"))
            }
            if owner.kind.isEmpty { errors.append(.invalid("\(field).kind", "", "must not be empty")) }
            if owner.name.isEmpty { errors.append(.invalid("\(field).name", "", "must not be empty")) }
            if owner.uid.isEmpty { errors.append(.invalid("\(field).uid", "", "must not be empty")) }
            if owner.kind == "Event", owner.apiVersion == "v1" {
                errors.append(
                    .invalid(field, owner.json, "/v1, Kind=Event is disallowed from being an owner"))
            }
            if owner.controller == true {
                if let controller {
                    errors.append(
                        .invalid(
                            field, document[path: "metadata", "ownerReferences"] ?? .null,
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                + "\(controller.name) and \(owner.name)"))
                } else {
                    controller = owner
                }
            }
        }
        return errors
    }

    static func finalizerErrors(_ finalizers: [String], field: String = "metadata.finalizers") -> [FieldError] {
        var errors: [FieldError] = []
        for (index, finalizer) in finalizers.enumerated() {
            let place = "\(field)[\(index)]"
            errors += NameFormats.qualifiedName(finalizer).map { .invalid(place, .string(finalizer), $0) }
            if !finalizer.contains("/"), !standardFinalizers.contains(finalizer) {
                errors.append(
                    .invalid(
                        place, .string(finalizer), "name is neither a standard finalizer name nor is it fully qualified"
                    ))
            }
        }
        if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
            errors.append(
                .invalid(
                    field, .array(finalizers.map(JSONValue.string)),
                    "finalizer orphan and foregroundDeletion cannot be both set"))
        }
        return errors
    }

    // MARK: Updates

    static func updateErrors(_ new: Document, old: Document) -> [FieldError] {
        var errors: [FieldError] = []
        if old.deletionTimestamp != nil {
            let added = new.finalizers.filter { !old.finalizers.contains($0) }
            if !added.isEmpty {
                let list = added.sorted().map(GoText.quoted).joined(separator: ", ")
                errors.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "[]string{\(list)}"))
            }
        }
        if new.generation < old.generation {
            errors.append(.invalid("metadata.generation", .integer(new.generation), "must not be decremented"))
        }
        for key in ["name", "namespace", "uid", "creationTimestamp"] {
            errors += immutable("metadata.\(key)", new.metadata[key], old.metadata[key])
        }
        for key in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            errors += immutable("metadata.\(key)", new.metadata[key], old.metadata[key])
        }
        return errors + sharedErrors(new)
    }

    static func immutable(_ field: String, _ new: JSONValue?, _ old: JSONValue?) -> [FieldError] {
        new == old ? [] : [.invalid(field, new ?? .null, "field is immutable")]
    }
}
