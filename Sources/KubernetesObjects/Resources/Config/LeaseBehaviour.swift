/// The rules for Leases.
package struct LeaseBehaviour: ResourceBehaviour {
    package init() {}

    package var allowsCreateOnUpdate: Bool { true }
    package var allowsUnconditionalUpdate: Bool { false }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let spec = document.spec
        var errors: [FieldError] = []
        if let seconds = spec["leaseDurationSeconds"]?.integer, seconds <= 0 {
            errors.append(.invalid("spec.leaseDurationSeconds", .integer(seconds), "must be greater than 0"))
        }
        if let count = spec["leaseTransitions"]?.integer, count < 0 {
            errors.append(.invalid("spec.leaseTransitions", .integer(count), "must be greater than or equal to 0"))
        }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        validateCreate(document)
    }

    static let columns = [
        TableColumn.name, TableColumn("Holder", description: "Who holds the Lease."), TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [
            .string(document.name), .string(document.spec["holderIdentity"].text),
            TableText.age(document, now: now),
        ]
    }
}
