/// A kind without rules of its own.
package struct PlainBehaviour: ResourceBehaviour {
    package init() {}
}

extension ResourceBehaviour {
    package func applyDefaults(_ document: inout Document) {}
    package func prepareForCreate(_ document: inout Document) {}
    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {}
    package func validateCreate(_ document: Document) -> [FieldError] { [] }
    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] { [] }
    package func warningsOnCreate(_ document: Document) -> [String] { [] }
    package func warningsOnUpdate(_ document: Document, old: Document) -> [String] { [] }
    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] { [] }
    package func selectableFields(_ document: Document) -> [(name: String, value: String)] { [] }
    package var selectableFieldNames: [String] { [] }
    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [.string(document.name), .string(document.creationTimestamp ?? "<unknown>")]
    }
    package var allowsCreateOnUpdate: Bool { false }
    package var allowsUnconditionalUpdate: Bool { true }
    package func gracePeriodSeconds(_ document: Document, requested: Int64?) -> Int64? { nil }
}
