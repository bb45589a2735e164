/// One problem with one field of an object, in kube-apiserver's wording.
package struct FieldError: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case duplicate = "FieldValueDuplicate"
        case unsupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case notFound = "FieldValueNotFound"
        case typeInvalid = "FieldValueTypeInvalid"
        case internalError = "InternalError"
    }

    package var kind: Kind
    /// Such as `spec.ports[0].port`.
    package var field: String
    /// The problem, without the field: `Invalid value: 0: must be between 1 and 65535, inclusive`.
    package var message: String

    package init(_ kind: Kind, _ field: String, _ message: String) {
        self.kind = kind
        self.field = field
        self.message = message
    }

    package var description: String { field.isEmpty ? message : "\(field): \(message)" }
}

extension FieldError {
    package static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(.required, field, "Required value" + suffix(detail))
    }

    package static func invalid(_ field: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(.invalid, field, "Invalid value: \(shown(value))" + suffix(detail))
    }

    package static func duplicate(_ field: String, _ value: JSONValue) -> FieldError {
        FieldError(.duplicate, field, "Duplicate value: \(shown(value))")
    }

    /// `supported`: Written in the given order.
    package static func unsupported(_ field: String, _ value: JSONValue, _ supported: [String]) -> FieldError {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(
            .unsupported, field,
            "Unsupported value: \(shown(value))" + (supported.isEmpty ? "" : ": supported values: \(list)"))
    }

    package static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(.forbidden, field, "Forbidden" + suffix(detail))
    }

    package static func tooLong(_ field: String, _ limit: Int) -> FieldError {
        FieldError(.tooLong, field, "Too long: may not be more than \(limit) bytes")
    }

    package static func tooMany(_ field: String, _ actual: Int, _ limit: Int) -> FieldError {
        FieldError(.tooMany, field, "Too many: \(actual): must have at most \(limit) item\(limit == 1 ? "" : "s")")
    }

    package static func notFound(_ field: String, _ value: JSONValue) -> FieldError {
        FieldError(.notFound, field, "Not found: \(shown(value))")
    }

    private static func suffix(_ detail: String) -> String {
        detail.isEmpty ? "" : ": \(detail)"
    }

    /// Values are shown as JSON, but strings are quoted as in Go.
    static func shown(_ value: JSONValue) -> String {
        if case .string(let text) = value { return GoText.quoted(text) }
        return GoText.unescapedJSON(value)
    }
}
