/// How unknown members of a body are handled, chosen by clients with `fieldValidation`.
package enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"

    /// Reads the query parameter; by default the server warns.
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
