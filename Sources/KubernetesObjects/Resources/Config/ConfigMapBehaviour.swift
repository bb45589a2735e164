/// The rules for ConfigMaps.
package struct ConfigMapBehaviour: ResourceBehaviour {
    static let sizeLimit = 1 << 20

    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let data = document["data"].fields
        let binary = document["binaryData"].fields
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in data.sorted() {
            let field = "data[\(key)]"
            errors += NameFormats.configKey(key).map { .invalid(field, .string(key), $0) }
            if binary[key] != nil {
                errors.append(.invalid(field, .string(key), "duplicate of key present in binaryData"))
            }
            size += value.string?.utf8.count ?? 0
        }
        for (key, value) in binary.sorted() {
            errors += NameFormats.configKey(key).map { .invalid("binaryData[\(key)]", .string(key), $0) }
            size += (value.string?.utf8.count ?? 0) / 4 * 3
        }
        if size > Self.sizeLimit { errors.append(.tooLong("[]", Self.sizeLimit)) }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        Self.immutabilityErrors(document, old: old, fields: ["data", "binaryData"]) + validateCreate(document)
    }

    /// Changes that `immutable` forbids permanently.
    static func immutabilityErrors(_ document: Document, old: Document, fields: [String]) -> [FieldError] {
        guard old["immutable"].flag else { return [] }
        let detail = "field is immutable when `immutable` is set"
        var errors: [FieldError] = []
        if !document["immutable"].flag { errors.append(.forbidden("immutable", detail)) }
        for field in fields where document[field].fields != old[field].fields {
            errors.append(.forbidden(field, detail))
        }
        return errors
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Data", type: "string", description: "How many keys the ConfigMap has."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let count = document["data"].fields.count + document["binaryData"].fields.count
        return [.string(document.name), .integer(Int64(count)), TableText.age(document, now: now)]
    }
}
