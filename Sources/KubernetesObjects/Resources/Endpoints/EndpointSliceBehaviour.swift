import InternetAddresses

/// The rules for EndpointSlices.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
package struct EndpointSliceBehaviour: ResourceBehaviour {
    private static let addressTypes = ["FQDN", "IPv4", "IPv6"]

    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.object.modifyItems("ports") { port in
            port.setDefault("name", "")
            port.setDefault("protocol", "TCP")
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        document.generation = 1
        // Clients of v1 cannot set it.
        document.object.modifyItems("endpoints") { $0["deprecatedTopology"] = nil }
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        let isSame = ["addressType", "endpoints", "ports"].allSatisfy { document[$0] == old[$0] }
        document.generation = isSame && document.labels == old.labels ? old.generation : old.generation + 1
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        SharedValidation.choiceErrors(document["addressType"], "addressType", Self.addressTypes)
            + endpointErrors(document) + portErrors(document["ports"].items)
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        validateCreate(document)
            + MetadataValidation.immutable("addressType", document["addressType"], old["addressType"])
    }

    private func endpointErrors(_ document: Document) -> [FieldError] {
        let endpoints = document["endpoints"].items
        if endpoints.count > 1000 { return [.tooMany("endpoints", endpoints.count, 1000)] }
        let type = document["addressType"].text
        var errors: [FieldError] = []
        for (index, endpoint) in endpoints.enumerated() {
            let field = "endpoints[\(index)]"
            let addresses = endpoint["addresses"].texts
            if addresses.isEmpty {
                errors.append(.required("\(field).addresses", "must contain at least 1 address"))
            } else if addresses.count > 100 {
                errors.append(.tooMany("\(field).addresses", addresses.count, 100))
            }
            for (position, address) in addresses.enumerated() {
                errors += addressErrors(address, type, "\(field).addresses[\(position)]")
            }
            if let node = endpoint["nodeName"]?.string {
                errors += NameFormats.subdomain(node).map { .invalid("\(field).nodeName", .string(node), $0) }
            }
            if let hostname = endpoint["hostname"]?.string {
                errors += NameFormats.label(hostname).map { .invalid("\(field).hostname", .string(hostname), $0) }
            }
            errors += hintErrors(endpoint["hints"], "\(field).hints")
        }
        return errors
    }

    private func addressErrors(_ address: String, _ type: String, _ field: String) -> [FieldError] {
        switch type {
        case "IPv4", "IPv6":
            let parsed = AddressFormats.parse(address)
            var errors: [FieldError] = []
            if parsed.map({ $0.family.description != type }) ?? true {
                errors.append(.invalid(field, .string(address), "must be a valid \(type) address"))
            }
            return errors + AddressFormats.specialAddressErrors(field, address)
        case "FQDN":
            var name = address
            if name.hasSuffix(".") { name.removeLast() }
            if name.isEmpty { return [.required(field)] }
            var errors = NameFormats.subdomain(name).map { FieldError.invalid(field, .string(address), $0) }
            if errors.isEmpty, !name.contains(".") {
                errors.append(
                    .invalid(field, .string(address), "should be a domain with at least two segments separated by dots")
                )
            }
            return errors
        default: return []
        }
    }

    private func hintErrors(_ hints: JSONValue?, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (list, limit) in [("forZones", 8), ("forNodes", 8)] {
            let items = hints[list].items
            if items.count > limit { errors.append(.tooMany("\(field).\(list)", items.count, limit)) }
            var seen: Set<String> = []
            for (index, item) in items.enumerated() {
                let name = item["name"].text
                let place = "\(field).\(list)[\(index)].name"
                if !seen.insert(name).inserted { errors.append(.duplicate(place, .string(name))) }
                let problems = list == "forZones" ? NameFormats.labelValue(name) : NameFormats.subdomain(name)
                errors += problems.map { .invalid(place, .string(name), $0) }
            }
        }
        return errors
    }

    private func portErrors(_ ports: [JSONValue]) -> [FieldError] {
        if ports.count > 20_000 { return [.tooMany("ports", ports.count, 20_000)] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let field = "ports[\(index)]"
            let name = port["name"].text
            if !name.isEmpty {
                errors += NameFormats.label(name).map { .invalid("\(field).name", .string(name), $0) }
            }
            if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
            errors += SharedValidation.protocolErrors(port["protocol"].text, "\(field).protocol")
            if let application = port["appProtocol"]?.string {
                errors += NameFormats.qualifiedName(application).map {
                    .invalid("\(field).appProtocol", .string(application), $0)
                }
            }
        }
        return errors
    }

    package func warningsOnCreate(_ document: Document) -> [String] {
        if document["addressType"].text == "FQDN" { return ["spec.addressType: FQDN endpoints are deprecated"] }
        return document["endpoints"].items.enumerated().flatMap { index, endpoint in
            endpoint["addresses"].texts.enumerated().flatMap { position, address in
                AddressFormats.addressWarnings("spec.endpoints[\(index)].addresses[\(position)]", address)
            }
        }
    }

    package func warningsOnUpdate(_ document: Document, old: Document) -> [String] {
        warningsOnCreate(document)
    }

    static let columns = [
        TableColumn.name,
        TableColumn("AddressType", description: "The kind of addresses in the slice."),
        TableColumn("Ports", description: "The ports that all endpoints have."),
        TableColumn("Endpoints", description: "The addresses of the endpoints."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let ports = document["ports"].items.map { port in
            port["port"]?.integer.map(String.init) ?? (port["name"]?.string ?? "*")
        }
        let addresses = document["endpoints"].items.flatMap { $0["addresses"].texts }
        func shown(_ list: [String]) -> JSONValue {
            let text = TableText.firstThree(list)
            return .string(text.isEmpty ? "<unset>" : text)
        }
        return [
            .string(document.name), .string(document["addressType"].text), shown(ports), shown(addresses),
            TableText.age(document, now: now),
        ]
    }
}
