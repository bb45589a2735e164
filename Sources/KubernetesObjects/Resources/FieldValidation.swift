/// What happens to members of a body that its kind does not have, as clients ask for with `fieldValidation`.
package enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"

    /// Reads the query parameter; the server warns when clients do not say.
    ///
    /// - Throws: `APIStatus` for other values.
    package init(query: String?) throws(APIStatus) {
        guard let query, !query.isEmpty else {
            self = .warn
            return
        }
        guard let value = FieldValidation(rawValue: query) else {
            let error = FieldError.unsupported("fieldValidation", .string(query), ["Ignore", "Strict", "Warn"])
            throw .invalid(kind: GroupKind(group: "meta.k8s.io", kind: "CreateOptions"), name: "", [error])
        }
        self = value
    }
}
