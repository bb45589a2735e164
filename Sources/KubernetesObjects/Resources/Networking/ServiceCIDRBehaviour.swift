import InternetAddresses

/// The rules for ServiceCIDRs.
package struct ServiceCIDRBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func prepareForCreate(_ document: inout Document) {
        document["status"] = [:]
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" { document["spec"] = old["spec"] } else { document["status"] = old["status"] }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let networks = document.spec["cidrs"].texts
        let field = "spec.cidrs"
        if networks.isEmpty { return [.required(field, "at least one CIDR required")] }
        let shown = document.spec["cidrs"] ?? .null
        var errors: [FieldError] = []
        if networks.count > 2 { errors.append(.tooMany(field, networks.count, 2)) }
        if networks.count == 2 {
            let families = networks.compactMap { AddressFormats.parseNetwork($0)?.address.family }
            if families.count == 2, families[0] == families[1] {
                errors.append(
                    .invalid(
                        field, shown,
                        "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96"))
            }
        }
        for (index, network) in networks.enumerated() {
            errors += AddressFormats.networkErrors("\(field)[\(index)]", network)
        }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        if subresource == "status" {
            return ConditionValidation.errors(document.status["conditions"].items, "status.conditions")
        }
        let new = document.spec["cidrs"].texts
        let old = old.spec["cidrs"].texts
        if new == old { return [] }
        // A second network may be added; nothing else may change.
        if old.count == 1, new.count == 2, new[0] == old[0] { return validateCreate(document) }
        if new.count != old.count {
            return [.invalid("spec.cidrs", document.spec["cidrs"] ?? .null, "field is immutable")]
        }
        return zip(new, old).enumerated().flatMap { index, pair in
            MetadataValidation.immutable("spec.cidrs[\(index)]", .string(pair.0), .string(pair.1))
        }
    }

    static let columns = [
        TableColumn.name,
        TableColumn("CIDRs", description: "The networks that Services get their addresses from."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [
            .string(document.name), .string(document.spec["cidrs"].texts.joined(separator: ",")),
            TableText.age(document, now: now),
        ]
    }
}
