import InternetAddresses

/// The rules for IPAddress objects: the name is the address.
package struct IPAddressBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        guard let address = AddressFormats.parse(name) else { return ["must be a valid IP address"] }
        return address.description == name ? [] : ["must be in canonical form (\(GoText.quoted(address.description)))"]
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        guard let parent = document.spec["parentRef"] else { return [.required("spec.parentRef")] }
        var errors: [FieldError] = []
        let resource = parent["resource"].text
        errors +=
            resource.isEmpty
            ? [.required("spec.parentRef.resource")]
            : NameFormats.pathSegment(resource).map { .invalid("spec.parentRef.resource", .string(resource), $0) }
        if parent["name"].text.isEmpty { errors.append(.required("spec.parentRef.name")) }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        MetadataValidation.immutable("spec.parentRef", document.spec["parentRef"], old.spec["parentRef"])
    }

    static let columns = [
        TableColumn.name, TableColumn("ParentRef", description: "The object that uses the address."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let parent = document.spec["parentRef"]
        let group = parent["group"].text
        let parts = [
            parent["resource"].text + (group.isEmpty ? "" : ".\(group)"), parent["namespace"].text,
            parent["name"].text,
        ]
        return [.string(document.name), .string(parts.filter { !$0.isEmpty }.joined(separator: "/"))]
    }
}
